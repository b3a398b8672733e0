import type { PushContent, PushedImage } from '../types.js';
import { sha256Digest } from './digest.js';
import { MEDIA, type Manifest } from './manifest.js';
import { storeManifest, type PushContext } from './store-manifest.js';
import type { RegistryStorage } from './storage.js';

/** The target of a push. */
interface PushTarget {
  /** `NAMESPACE/NAME`. */
  repository: string;
  /** Undefined: a push by digest. */
  tag: string | undefined;
}

/** Pushes generated content: layers and config (or an index of images that exist), then the manifest. */
export function pushContent(context: PushContext, target: PushTarget, content: PushContent = {}): PushedImage {
  const { repository } = target;
  const manifest = content.manifests ? indexManifest(context, content) : imageManifest(context, repository, content);
  const body = Buffer.from(JSON.stringify(manifest));
  return {
    digest: storeManifest(context, { ...target, body, created: content.created }),
    config: manifest.config?.digest ?? '',
    layers: (manifest.layers ?? []).map((layer) => layer.digest),
  };
}

function imageManifest({ storage }: PushContext, repository: string, content: PushContent): Manifest {
  const oci = content.format !== 'docker';
  const put = (mediaType: string, bytes: Buffer): { mediaType: string; digest: string; size: number } => ({
    mediaType,
    digest: putLayer(storage, repository, bytes),
    size: bytes.length,
  });
  const layers = (content.layers ?? ['layer']).map((layer) =>
    put(oci ? MEDIA.ociLayer : MEDIA.dockerLayer, toLayer(layer)),
  );
  const config = {
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    ...content.config,
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
  };
  return {
    schemaVersion: 2,
    mediaType: oci ? MEDIA.ociManifest : MEDIA.dockerManifest,
    config: put(oci ? MEDIA.ociConfig : MEDIA.dockerConfig, Buffer.from(JSON.stringify(config))),
    layers,
    ...(content.subject ? { subject: { mediaType: MEDIA.ociManifest, digest: content.subject, size: 0 } } : {}),
  };
}

const ARCHITECTURES = ['amd64', 'arm64', 's390x', 'ppc64le'];

function indexManifest({ storage }: PushContext, content: PushContent): Manifest {
  const docker = content.format === 'docker';
  const manifests = content.manifests!.map((digest, at) => ({
    mediaType: docker ? MEDIA.dockerManifest : MEDIA.ociManifest,
    digest,
    size: storage.blobSize(digest) ?? 0,
    platform: { architecture: ARCHITECTURES[at % ARCHITECTURES.length], os: 'linux' },
  }));
  return { schemaVersion: 2, mediaType: docker ? MEDIA.dockerList : MEDIA.ociIndex, manifests };
}

function toLayer(content: string | Buffer): Buffer {
  return typeof content === 'string' ? Buffer.from(content) : content;
}

/** Digests of layers that were pushed: most images of the sample have the same large base layer. */
const known = new WeakMap<Buffer, string>();

function putLayer(storage: RegistryStorage, repository: string, content: Buffer): string {
  const digest = known.get(content) ?? sha256Digest(content);
  known.set(content, digest);
  if (!storage.hasBlob(digest)) storage.putBlob(digest, content);
  storage.putLink('layer', repository, digest);
  return digest;
}
