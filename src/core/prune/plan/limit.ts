import { refusal } from '../../model/errors.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { MaxDelete } from '../../model/values/max-delete.js';
import type { ImagePrunePlan } from './types.js';

/** Refuses a plan that is larger than `--max-delete` allows. @throws RegadmError MAX_DELETE */
export function assertImagesWithinLimit(plan: ImagePrunePlan, limit: MaxDelete | undefined): void {
  const excess = limit && excessOver(limit, plan);
  if (!excess) return;
  throw refusal('MAX_DELETE', `the plan is larger than --max-delete allows: ${excess}; nothing was changed`, [
    'run without --confirm and --max-delete to see the plan, then raise --max-delete',
  ]);
}

/** Describes how a plan exceeds a limit; undefined if it does not. */
function excessOver(limit: MaxDelete, { images, blobs, snapshot }: ImagePrunePlan): string | undefined {
  if ('count' in limit)
    return images.length > limit.count ? `${images.length} images, more than ${limit.count}` : undefined;
  if ('percent' in limit) {
    const total = snapshot.images.count - snapshot.images.invalid.ownNames;
    const over = images.length * 100 > total * limit.percent;
    return over ? `${images.length} of ${total} images, more than ${limit.percent}%` : undefined;
  }
  const bytes = blobs.reduce((sum, blob) => sum + snapshot.images.blobSize(blob), 0);
  return bytes > limit.bytes ? `${formatBytes(bytes)} of blobs, more than ${formatBytes(limit.bytes)}` : undefined;
}
