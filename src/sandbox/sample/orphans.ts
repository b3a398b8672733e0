import { sha256Digest } from '../registry/digest.js';
import { DAY, layer, OS_LAYER, type SampleBuilder } from './builder.js';

/** Adds data that only a hard prune finds: blobs without images, a repository without a stream, an abandoned upload. */
export function orphans(sample: SampleBuilder): void {
  const { storage, store } = sample.context;
  // An image that was deleted with `oc delete image`: blobs and links remain.
  sample.stream('shop/search');
  sample.revisions({
    repository: 'shop/search',
    tag: 'latest',
    ages: [10 * DAY],
    base: [OS_LAYER],
    bytes: 120_000,
  });
  const deleted = sample.push('shop/search', undefined, 60 * DAY, {
    layers: [layer('search-old', 350_000)],
    config: { author: 'gone' },
  });
  store.remove('images', deleted);
  // A repository whose project was deleted.
  const orphan = sample.push('old-project/app', undefined, 100 * DAY, {
    layers: [layer('old-project', 240_000)],
    config: { author: 'gone too' },
  });
  store.remove('images', orphan);
  for (const seed of ['quota-refused', 'broken-push']) {
    const blob = layer(seed, 180_000);
    storage.putBlob(sha256Digest(blob), blob);
  }
  storage.appendUpload('shop/search', '6f3c1a52-0d4e-4b8a-9c57-1e2f3a4b5c6d', layer('abandoned', 64_000));
}
