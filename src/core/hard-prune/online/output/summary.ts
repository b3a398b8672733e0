import type { OnlineReport } from '../types.js';

/** Counts of what an online run did, or would do. */
export interface OnlineSummary {
  marked: number;
  markedBytes: number;
  unmarked: number;
  trashed: number;
  restored: number;
  purged: number;
  purgedBytes: number;
}

/** Counts what an online run did, or would do. @param trashed number of blobs that were moved to the trash */
export function onlineSummary(online: OnlineReport, trashed: number): OnlineSummary {
  const marked = sumOf(online.marked, ['marked', 'would-mark']);
  const purged = sumOf(online.purged, ['purged', 'would-purge']);
  return {
    marked: marked.blobs,
    markedBytes: marked.bytes,
    unmarked: sumOf(online.unmarked, ['unmarked', 'would-unmark']).blobs,
    trashed,
    restored: sumOf(online.restored, ['restored', 'would-restore']).blobs,
    purged: purged.blobs,
    purgedBytes: purged.bytes,
  };
}

function sumOf(
  entries: readonly { status: string; bytes: number }[],
  done: readonly string[],
): { blobs: number; bytes: number } {
  const sum = { blobs: 0, bytes: 0 };
  for (const { status, bytes } of entries) {
    if (!done.includes(status)) continue;
    sum.blobs++;
    sum.bytes += bytes;
  }
  return sum;
}
