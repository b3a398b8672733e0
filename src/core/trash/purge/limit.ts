import { withAdvice, type RegadmError } from '../../model/errors.js';
import type { MaxDelete } from '../../model/values/max-delete.js';
import { overLimit } from '../../orphans/plan/limit.js';
import type { TrashEntry } from '../../trash-store/model.js';

/**
 * Returns the refusal (MAX_DELETE) to delete more from the trash than the limit; undefined if it is not more.
 * @param totalBlobs number of all blobs, in place and in the trash
 */
export function overPurgeLimit(
  purgeable: readonly TrashEntry[],
  totalBlobs: number,
  limit: MaxDelete | undefined,
): RegadmError | undefined {
  const bytes = purgeable.reduce((sum, entry) => sum + entry.bytes, 0);
  const excess = overLimit({ blobs: purgeable, bytes, totalBlobs }, limit, 'purge');
  return excess && withAdvice(excess, ['these blobs would be deleted from the trash']);
}
