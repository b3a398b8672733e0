import { sha256Digest } from '../registry/digest.js';
import { DAY, layer, OS_LAYER, type SampleBuilder } from './builder.js';

/** What only a hard prune finds: blobs without images, a repository without a stream, an upload that nobody finished. */
export function orphans(sample: SampleBuilder): void {
  const { storage, store } = sample.context;
  // Deleted with `oc delete image`: blobs and links stay behind.
  sample.stream('shop/search');
  sample.revisions({
    repository: 'shop/search',
    tag: 'latest',
    ages: [10 * DAY],
    base: [OS_LAYER],
    bytes: 120_000,
  });
  const forgotten = sample.push('shop/search', undefined, 60 * DAY, {
    layers: [layer('search-old', 350_000)],
    config: { author: 'gone' },
  });
  store.remove('images', forgotten);
  // Its project was deleted.
  const gone = sample.push('old-project/app', undefined, 100 * DAY, {
    layers: [layer('old-project', 240_000)],
    config: { author: 'gone too' },
  });
  store.remove('images', gone);
  for (const seed of ['quota-refused', 'broken-push']) {
    const blob = layer(seed, 180_000);
    storage.putBlob(sha256Digest(blob), blob);
  }
  storage.putUpload('shop/search', '6f3c1a52-0d4e-4b8a-9c57-1e2f3a4b5c6d', layer('abandoned', 64_000));
}
