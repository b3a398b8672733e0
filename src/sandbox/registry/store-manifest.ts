import type { Store } from '../api/store.js';
import { sha256Digest } from './digest.js';
import { imageObject } from './image-objects.js';
import { isIndex, type ImageConfig, type Manifest } from './manifest.js';
import type { RegistryStorage } from './storage.js';
import { tagImage } from './streams.js';

/** The state in which pushes are stored. */
export interface PushContext {
  store: Store;
  storage: RegistryStorage;
  /** The registry's `HOST:PORT` for pull specs. */
  host: string;
}

interface ManifestPush {
  /** `NAMESPACE/NAME`. */
  repository: string;
  /** Undefined: a push by digest. */
  tag: string | undefined;
  body: Buffer;
  /** RFC 3339; default now. */
  created?: string;
}

/** Stores a manifest as the registry does: blob, link, Image object, tag item. @returns its digest */
export function storeManifest(context: PushContext, { repository, tag, body, created }: ManifestPush): string {
  const { store, storage, host } = context;
  const digest = sha256Digest(body);
  const reference = pullSpec(host, repository, digest);
  storage.putBlob(digest, body);
  storage.putLink('manifest', repository, digest);
  const images = store.resource('images');
  if (!store.find(images, undefined, digest)) {
    const manifest = JSON.parse(body.toString()) as Manifest;
    const config = isIndex(manifest.mediaType) ? { created: store.timestamp() } : readConfig(storage, manifest);
    store.write(images, imageObject({ digest, reference, manifest, config, created }));
  }
  if (tag !== undefined) {
    const item = {
      created: created ?? store.timestamp(),
      dockerImageReference: reference,
      image: digest,
    };
    tagImage({ store, host }, repository, tag, item);
  }
  return digest;
}

export function pullSpec(host: string, repository: string, digest: string): string {
  return `${host}/${repository}@${digest}`;
}

function readConfig(storage: RegistryStorage, manifest: Manifest): ImageConfig {
  return JSON.parse(storage.readBlob(manifest.config?.digest ?? '')?.toString() || '{}') as ImageConfig;
}
