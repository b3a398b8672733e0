import { createHash } from 'node:crypto';
import { isIndex, MEDIA } from './media-types.js';
import type { RegistryStorage } from './storage.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';
import type { PushContent, PushedImage } from '../types.js';

/** A manifest as it was pushed. */
interface Manifest {
  mediaType: string;
  config?: { digest: string; size: number };
  layers?: { digest: string; size: number; mediaType: string }[];
  manifests?: { digest: string; size: number; mediaType: string; platform?: { architecture?: string; os?: string } }[];
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** What pushes work on. */
export interface PushContext {
  store: Store;
  storage: RegistryStorage;
  /** `HOST:PORT` in the pull specs of what is pushed. */
  host: string;
}

/** Pushes made-up content: layers and config (or an index of images that are there), then the manifest. */
export function pushContent(
  context: PushContext,
  repository: string,
  tag: string | undefined,
  content: PushContent = {},
): PushedImage {
  const manifest = content.manifests ? indexManifest(context, content) : imageManifest(context, repository, content);
  const body = Buffer.from(JSON.stringify(manifest));
  const digest = putManifest(context, repository, tag, body, content.created);
  return {
    digest,
    config: manifest.config?.digest ?? '',
    layers: (manifest.layers ?? []).map((layer) => layer.digest),
  };
}

function imageManifest({ storage }: PushContext, repository: string, content: PushContent): Manifest {
  const oci = content.format !== 'docker';
  const layers = (content.layers ?? ['layer']).map((layer) => {
    const bytes = Buffer.from(layer as Buffer);
    return {
      mediaType: oci ? MEDIA.ociLayer : MEDIA.dockerLayer,
      digest: putLayer(storage, repository, bytes),
      size: bytes.length,
    };
  });
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      ...content.config,
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => layer.digest) },
    }),
  );
  return {
    schemaVersion: 2,
    mediaType: oci ? MEDIA.ociManifest : MEDIA.dockerManifest,
    config: {
      mediaType: oci ? MEDIA.ociConfig : MEDIA.dockerConfig,
      digest: putLayer(storage, repository, config),
      size: config.length,
    },
    layers,
    ...(content.subject ? { subject: { mediaType: MEDIA.ociManifest, digest: content.subject, size: 0 } } : {}),
  } as Manifest;
}

function indexManifest({ storage }: PushContext, content: PushContent): Manifest {
  const architectures = ['amd64', 'arm64', 's390x', 'ppc64le'];
  const docker = content.format === 'docker';
  const manifests = content.manifests!.map((digest, at) => ({
    mediaType: docker ? MEDIA.dockerManifest : MEDIA.ociManifest,
    digest,
    size: storage.blobSize(digest) ?? 0,
    platform: { architecture: architectures[at % architectures.length], os: 'linux' },
  }));
  return { schemaVersion: 2, mediaType: docker ? MEDIA.dockerList : MEDIA.ociIndex, manifests } as Manifest;
}

function putLayer(storage: RegistryStorage, repository: string, content: Buffer): string {
  const digest = digestOf(content);
  if (!storage.hasBlob(digest)) storage.putBlob(digest, content);
  storage.putLink('layer', repository, digest);
  return digest;
}

/** Stores a manifest: blob, link, Image object, tag item. @returns its digest */
export function putManifest(
  context: PushContext,
  repository: string,
  tag: string | undefined,
  body: Buffer,
  created?: string,
): string {
  const { store, storage } = context;
  const digest = digestOf(body);
  storage.putBlob(digest, body);
  storage.putLink('manifest', repository, digest);
  const images = store.resource('images');
  if (!store.find(images, undefined, digest))
    store.write(images, imageObject(context, repository, digest, body, created));
  if (tag !== undefined) tagImage(context, repository, tag, digest, created);
  return digest;
}

function imageObject(
  context: PushContext,
  repository: string,
  digest: string,
  body: Buffer,
  created?: string,
): KubeObject {
  const manifest = JSON.parse(body.toString()) as Manifest;
  const annotations = {
    'image.openshift.io/dockerLayersOrder': isIndex(manifest.mediaType) ? '' : 'ascending',
    'image.openshift.io/manifestBlobStored': 'true',
    'openshift.io/image.managed': 'true',
  };
  const common = {
    metadata: { name: digest, annotations, ...(created ? { creationTimestamp: created } : {}) },
    dockerImageReference: pullSpec(context.host, repository, digest),
    dockerImageMetadataVersion: '1.0',
    dockerImageManifestMediaType: manifest.mediaType,
  };
  const metadata = { kind: 'DockerImage', apiVersion: 'image.openshift.io/1.0', ContainerConfig: {} };
  if (isIndex(manifest.mediaType)) {
    const children = (manifest.manifests ?? []).map(({ digest: child, mediaType, size, platform }) => ({
      digest: child,
      mediaType,
      manifestSize: size,
      ...platform,
    }));
    return {
      ...common,
      dockerImageMetadata: { ...metadata, Id: digest, Created: context.store.timestamp() },
      dockerImageManifests: children,
    };
  }
  return { ...common, ...imageParts(context, metadata, manifest) };
}

function imageParts(
  { storage }: PushContext,
  base: Record<string, unknown>,
  manifest: Manifest,
): Record<string, unknown> {
  const layers = (manifest.layers ?? []).map(({ digest, size, mediaType }) => ({ name: digest, size, mediaType }));
  const config = JSON.parse(storage.readBlob(manifest.config?.digest ?? '')?.toString() || '{}') as Record<
    string,
    unknown
  >;
  const size = layers.reduce((sum, layer) => sum + layer.size, 0) + (manifest.config?.size ?? 0);
  const dockerImageMetadata = {
    ...base,
    Id: manifest.config?.digest ?? '',
    Created: config.created,
    Config: config.config,
    Architecture: config.architecture,
    Size: size,
  };
  return { dockerImageMetadata, dockerImageLayers: layers };
}

interface Tag {
  tag: string;
  items: { created: string; dockerImageReference: string; image: string; generation: number }[];
}

/** Makes `digest` the newest item of a tag, unless it is that already; creates the stream if there is none. */
function tagImage(context: PushContext, repository: string, tag: string, digest: string, created?: string): void {
  const { store, host } = context;
  const [namespace = '', name = ''] = repository.split('/');
  const streams = store.resource('imagestreams');
  const stream = store.find(streams, namespace, name) ?? newStream(namespace, name);
  const tags = (stream.status?.tags ?? []) as Tag[];
  const items = tags.find((candidate) => candidate.tag === tag)?.items ?? [];
  if (items[0]?.image === digest) return;
  const item = {
    created: created ?? store.timestamp(),
    dockerImageReference: pullSpec(host, repository, digest),
    image: digest,
    generation: 1,
  };
  const changed = [...tags.filter((candidate) => candidate.tag !== tag), { tag, items: [item, ...items] }];
  changed.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  store.write(streams, { ...stream, status: { ...stream.status, tags: changed } });
}

function newStream(namespace: string, name: string): KubeObject {
  return {
    metadata: { name, namespace, generation: 1 },
    spec: { lookupPolicy: { local: false } },
    status: { dockerImageRepository: `image-registry.openshift-image-registry.svc:5000/${namespace}/${name}` },
  };
}

function pullSpec(host: string, repository: string, digest: string): string {
  return `${host}/${repository}@${digest}`;
}
