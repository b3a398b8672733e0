import { withAdvice, type RegadmError } from '../../../model/errors.js';
import type { MaxDelete } from '../../../model/values/max-delete.js';
import { overLimit } from '../../plan/limit.js';
import type { OnlinePlan } from './plan.js';

/** Returns the refusal (MAX_DELETE) of a plan that moves or marks more than the limit; undefined if it does neither. */
export function overLimits({ removal, candidates }: OnlinePlan, limit: MaxDelete | undefined): RegadmError | undefined {
  const moved = overLimit(removal, limit);
  if (moved) return withAdvice(moved, ['these blobs would be moved to the trash']);
  const bytes = candidates.reduce((sum, candidate) => sum + candidate.bytes, 0);
  const marked = overLimit({ blobs: candidates, bytes, totalBlobs: removal.totalBlobs }, limit);
  return marked && withAdvice(marked, ['these blobs would be marked']);
}

/** Refuses a plan that moves or marks more than the limit. @throws RegadmError MAX_DELETE, exit status 4 */
export function assertWithinLimits(plan: OnlinePlan, limit: MaxDelete | undefined): void {
  const excess = overLimits(plan, limit);
  if (excess) throw excess;
}
