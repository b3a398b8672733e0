import { withAdvice, type RegadmError } from '../../../model/errors.js';
import type { MaxDelete } from '../../../model/values/max-delete.js';
import { overLimit } from '../../../orphans/plan/limit.js';
import type { OnlinePlan } from './plan.js';

type Sized = readonly { bytes: number }[];

/**
 * Returns the refusal (MAX_DELETE) of a plan that moves, marks or deletes more than the limit; undefined if it does
 * not.
 * @param purgeable what can be deleted from the trash
 */
export function overLimits(
  plan: OnlinePlan,
  limit: MaxDelete | undefined,
  purgeable: Sized = [],
): RegadmError | undefined {
  const { removal, candidates } = plan;
  const moved = overLimit(removal, limit);
  if (moved) return withAdvice(moved, ['these blobs would be moved to the trash']);
  const marked = overLimit({ ...sizeOf(candidates), totalBlobs: removal.totalBlobs }, limit);
  if (marked) return withAdvice(marked, ['these blobs would be marked']);
  return overPurgeLimit(plan, limit, purgeable);
}

/** Returns the refusal (MAX_DELETE) to delete more from the trash than the limit. */
export function overPurgeLimit(
  { storedBlobs }: OnlinePlan,
  limit: MaxDelete | undefined,
  purgeable: Sized,
): RegadmError | undefined {
  const purged = overLimit({ ...sizeOf(purgeable), totalBlobs: storedBlobs }, limit);
  return purged && withAdvice(purged, ['these blobs would be deleted from the trash']);
}

/** Refuses a plan that does more than the limit. @throws RegadmError MAX_DELETE, exit status 4 */
export function assertWithinLimits(plan: OnlinePlan, limit: MaxDelete | undefined, purgeable: Sized): void {
  const excess = overLimits(plan, limit, purgeable);
  if (excess) throw excess;
}

const sizeOf = (blobs: Sized): { blobs: Sized; bytes: number } => ({
  blobs,
  bytes: blobs.reduce((sum, { bytes }) => sum + bytes, 0),
});
