import type { Store } from '../api/store.js';
import { readImage } from './image-objects.js';
import type { LinkKind } from './storage.js';
import { findStream, listedImages } from './streams.js';

interface Content {
  kind: LinkKind;
  /** `NAMESPACE/NAME`. */
  repository: string;
  digest: string;
}

/**
 * Returns whether the registry serves a manifest or blob without a link, because the image stream of the repository
 * lists its image or its index.
 */
export function isServed(store: Store, { kind, repository, digest }: Content): boolean {
  const stream = findStream(store, repository);
  if (!stream) return false;
  const images = store.resource('images');
  const has = (name: string): boolean => {
    if (kind === 'manifest' && name === digest) return true;
    const image = store.find(images, undefined, name);
    if (!image) return false;
    const { config, layers, children } = readImage(image);
    const isPart = config === digest || layers.some((layer) => layer.name === digest);
    return (kind === 'layer' && isPart) || children.some(has);
  };
  return [...listedImages(stream)].some(has);
}
