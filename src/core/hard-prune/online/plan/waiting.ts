import type { MarkFile, TrashEntry } from '../../../trash-store/model.js';
import type { TrashContents, Waiting } from '../types.js';

/** Counts the blobs with a mark, and finds when the first of them can be moved. */
export function waitingOf({ marks, batches }: MarkFile, graceMs: number): Waiting {
  let bytes = 0;
  let incomplete = 0;
  let first = Infinity;
  for (const mark of marks.values()) {
    bytes += mark.bytes;
    const completeAt = batches.get(mark.batch)?.completeAt;
    if (completeAt === undefined) incomplete++;
    else first = Math.min(first, completeAt + graceMs);
  }
  return { blobs: marks.size, bytes, incomplete, ...(first === Infinity ? {} : { from: toTimestamp(first) }) };
}

/** Counts the blobs in the trash, and finds when the first of them can be deleted. */
export function contentsOf(entries: readonly TrashEntry[], keepMs: number): TrashContents {
  let bytes = 0;
  let first = Infinity;
  for (const entry of entries) {
    bytes += entry.bytes;
    first = Math.min(first, entry.movedAt + keepMs);
  }
  return { blobs: entries.length, bytes, ...(first === Infinity ? {} : { until: toTimestamp(first) }) };
}

const toTimestamp = (ms: number): string => new Date(ms).toISOString();
