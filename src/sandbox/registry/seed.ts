import { syntheticManifest, readImage } from './image-objects.js';
import type { RegistryStorage } from './storage.js';
import { listedImages } from './streams.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../../core/model/kube.js';

/** Size of generated config blobs, in bytes. */
const CONFIG_BYTES = 1500;

/**
 * Fills the registry with what the objects of the cluster require: the blobs of every image and, in the repository of
 * every stream, the links of every image that it lists, with the children of indexes. Existing blobs are kept.
 */
export function seedRegistry(store: Store, storage: RegistryStorage): void {
  const images = new Map<string, KubeObject>();
  for (const entry of store.entries(store.resource('images'))) images.set(entry.key, entry.read());
  for (const image of images.values()) seedBlobs(storage, image);
  for (const entry of store.entries(store.resource('imagestreams'))) {
    for (const name of listedImages(entry.read())) {
      const image = images.get(name);
      if (image) linkImage(storage, entry.key, image, (digest) => images.get(digest));
    }
  }
}

function seedBlobs(storage: RegistryStorage, image: KubeObject): void {
  const { name, config, layers } = readImage(image);
  const put = (digest: string, content: number | Buffer): void => {
    if (!storage.hasBlob(digest)) storage.putBlob(digest, content);
  };
  for (const layer of layers) put(layer.name, layer.size ?? 0);
  if (config) put(config, CONFIG_BYTES);
  put(name, syntheticManifest(image));
}

type FindImage = (digest: string) => KubeObject | undefined;

/** Adds the links that a push of `image` creates in a repository. */
function linkImage(storage: RegistryStorage, repository: string, image: KubeObject, find: FindImage): void {
  const { name, config, layers, children } = readImage(image);
  storage.putLink('manifest', repository, name);
  for (const layer of layers) storage.putLink('layer', repository, layer.name);
  if (config) storage.putLink('layer', repository, config);
  for (const child of children) {
    const found = find(child);
    if (found) linkImage(storage, repository, found, find);
  }
}
