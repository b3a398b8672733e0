import { parseQuantity, formatBytes } from '../../model/quantity.js';
import { refusal, usageError } from '../../model/errors.js';
import type { HardPrunePlan } from './plan-types.js';

/** The value of `--max-delete`: a number of things (blobs, images), a share of all of them, or bytes of blobs. */
export type MaxDelete = { count: number } | { percent: number } | { bytes: number };

/** Reads `--max-delete N|P%|SIZE`; `things` is what N counts. @throws RegadmError (USAGE) */
export function parseMaxDelete(text: string, things = 'blobs'): MaxDelete {
  if (/^\d+$/.test(text)) return { count: Number(text) };
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(text);
  if (percent && Number(percent[1]) <= 100) return { percent: Number(percent[1]) };
  const bytes = percent ? undefined : parseQuantity(text);
  if (bytes !== undefined && bytes >= 0) return { bytes };
  throw usageError(`invalid argument "${text}" for "--max-delete": not a number of ${things}, a percentage or a size`, [
    'write it as 500, 20% or 10Gi',
  ]);
}

/** Refuses a plan that is larger than the limit. @throws RegadmError MAX_DELETE, exit status 4 */
export function assertWithinLimit(
  plan: Pick<HardPrunePlan, 'blobs' | 'bytes' | 'totalBlobs'>,
  limit: MaxDelete | undefined,
): void {
  const excess = limit && excessOf(plan, limit);
  if (!excess) return;
  throw refusal('MAX_DELETE', `the hard prune is larger than --max-delete allows: ${excess}`, [
    'look at what it would remove (without --confirm, -o wide), then raise --max-delete',
  ]);
}

function excessOf(plan: Pick<HardPrunePlan, 'blobs' | 'bytes' | 'totalBlobs'>, limit: MaxDelete): string | undefined {
  const count = plan.blobs.length;
  if ('count' in limit) return count > limit.count ? `${count} blobs, more than ${limit.count}` : undefined;
  if ('bytes' in limit)
    return plan.bytes > limit.bytes ? `${formatBytes(plan.bytes)}, more than ${formatBytes(limit.bytes)}` : undefined;
  const total = plan.totalBlobs ?? 0;
  return count * 100 > total * limit.percent ? `${count} of ${total} blobs, more than ${limit.percent}%` : undefined;
}
