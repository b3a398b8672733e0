import { formatBytes } from '../../model/values/quantity.js';
import { refusal, type RegadmError } from '../../model/errors.js';
import type { MaxDelete } from '../../model/values/max-delete.js';
import type { HardPrunePlan } from './types.js';
import { counted } from '../../model/values/counted.js';

type PlanSize = Pick<HardPrunePlan, 'bytes' | 'totalBlobs'> & { blobs: { length: number } };

/**
 * Returns the refusal (MAX_DELETE) of a plan that is larger than the limit; undefined if it is not.
 * @param run what has the plan
 */
export function overLimit(plan: PlanSize, limit: MaxDelete | undefined, run = 'hard prune'): RegadmError | undefined {
  const excess = limit && describeExcess(plan, limit);
  if (!excess) return undefined;
  return refusal('MAX_DELETE', `the ${run} is larger than --max-delete allows: ${excess}`, [
    'check what it would delete (in a dry run: without --confirm, with -o wide), then raise --max-delete',
  ]);
}

/** Refuses a plan that is larger than the limit. @throws RegadmError MAX_DELETE, exit status 4 */
export function assertWithinLimit(plan: PlanSize, limit: MaxDelete | undefined): void {
  const excess = overLimit(plan, limit);
  if (excess) throw excess;
}

function describeExcess(plan: PlanSize, limit: MaxDelete): string | undefined {
  const count = plan.blobs.length;
  if ('count' in limit) return count > limit.count ? `${counted(count, 'blob')}, more than ${limit.count}` : undefined;
  if ('bytes' in limit)
    return plan.bytes > limit.bytes ? `${formatBytes(plan.bytes)}, more than ${formatBytes(limit.bytes)}` : undefined;
  const total = plan.totalBlobs ?? 0;
  return count * 100 > total * limit.percent ? `${count} of ${total} blobs, more than ${limit.percent}%` : undefined;
}
