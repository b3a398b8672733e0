import type { ImageRestoreSummary } from './output/document-type.js';
import type { RestoreStatus } from './outcome.js';
import type { RestoreReport } from './report.js';

/** Counts what was restored, or in a dry run would be. */
export function summarize({ outcome, failures }: Pick<RestoreReport, 'outcome' | 'failures'>): ImageRestoreSummary {
  const { images, items, blobs, bytes } = outcome;
  return {
    images: count(images.values(), 'would-restore', 'restored'),
    imageStreamTagItems: count(items.values(), 'would-restore', 'restored'),
    blobs,
    bytes,
    failed: failures.length,
    skipped: count(images.values(), 'skipped') + count(items.values(), 'skipped'),
  };
}

function count(entries: Iterable<RestoreStatus>, ...wanted: RestoreStatus['status'][]): number {
  return [...entries].filter(({ status }) => wanted.includes(status)).length;
}
