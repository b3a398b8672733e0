import type { Deletion, DeletionRun } from './storage.js';

// One object for all results of a kind, because there can be millions.

export const DELETED: Deletion = Object.freeze({ status: 'deleted' });
export const GONE: Deletion = Object.freeze({ status: 'gone' });
/** Result for what was written again since it was found to be unused. */
export const WRITTEN: Deletion = Object.freeze({ status: 'skipped', reason: 'it was written again during the run' });
/** Result for a link that looked dangling, but leads to a blob. */
export const BLOB_EXISTS: Deletion = Object.freeze({ status: 'skipped', reason: 'its blob exists' });

/** Reports as progress how many of these results are deletions. */
export function reportDeleted(results: readonly Deletion[], { onProgress }: DeletionRun): void {
  const deleted = results.filter(({ status }) => status === 'deleted').length;
  if (deleted > 0) onProgress?.(deleted);
}
