import { refusal, type RegadmError } from '../../model/errors.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { MaxDelete } from '../../model/values/max-delete.js';
import type { ImagePrunePlan } from './types.js';
import { counted } from '../../model/values/counted.js';

/**
 * Returns the refusal (MAX_DELETE) of a plan that is larger than `--max-delete` allows; undefined if it is not.
 * @param planOut file to which the plan would be written
 */
export function imagesOverLimit(
  plan: ImagePrunePlan,
  limit: MaxDelete | undefined,
  planOut?: string,
): RegadmError | undefined {
  const excess = limit && excessOver(limit, plan);
  if (!excess) return undefined;
  const file = planOut === undefined ? '' : `, and ${planOut} was not written`;
  return refusal('MAX_DELETE', `the plan is larger than --max-delete allows: ${excess}; nothing was changed${file}`, [
    'check what it would delete (in a dry run: without --confirm), then raise --max-delete',
  ]);
}

/** Refuses a plan that is larger than `--max-delete` allows. @throws RegadmError MAX_DELETE */
export function assertImagesWithinLimit(plan: ImagePrunePlan, limit: MaxDelete | undefined, planOut?: string): void {
  const refused = imagesOverLimit(plan, limit, planOut);
  if (refused) throw refused;
}

/** Describes how a plan exceeds a limit; undefined if it does not. */
function excessOver(limit: MaxDelete, { images, blobs, snapshot }: ImagePrunePlan): string | undefined {
  if ('count' in limit)
    return images.length > limit.count ? `${counted(images.length, 'image')}, more than ${limit.count}` : undefined;
  if ('percent' in limit) {
    const total = snapshot.images.count - snapshot.images.invalid.ownNames;
    const over = images.length * 100 > total * limit.percent;
    return over ? `${images.length} of ${total} images, more than ${limit.percent}%` : undefined;
  }
  const bytes = blobs.reduce((sum, blob) => sum + snapshot.images.blobSize(blob), 0);
  return bytes > limit.bytes ? `${formatBytes(bytes)} of blobs, more than ${formatBytes(limit.bytes)}` : undefined;
}
