import { refusal } from '../../model/errors.js';
import { formatBytes } from '../../model/quantity.js';
import type { MaxDelete } from '../../model/max-delete.js';
import type { ImagePrunePlan } from './plan.js';

/** Refuses a plan with more images, a larger share of all images, or more bytes of blobs than allowed. @throws RegadmError MAX_DELETE, exit status 4 */
export function assertImagesWithinLimit(plan: ImagePrunePlan, limit: MaxDelete | undefined): void {
  const excess = limit && excessOf(plan, limit);
  if (!excess) return;
  throw refusal('MAX_DELETE', `the plan is larger than --max-delete allows: ${excess}; nothing was changed`, [
    'look at what would go (without --confirm and --max-delete), then raise --max-delete',
  ]);
}

function excessOf({ images, blobs, snapshot }: ImagePrunePlan, limit: MaxDelete): string | undefined {
  if ('count' in limit)
    return images.length > limit.count ? `${images.length} images, more than ${limit.count}` : undefined;
  if ('percent' in limit) {
    const total = snapshot.images.count;
    const over = images.length * 100 > total * limit.percent;
    return over ? `${images.length} of ${total} images, more than ${limit.percent}%` : undefined;
  }
  const bytes = blobs.reduce((sum, blob) => sum + snapshot.images.blobSize(blob), 0);
  return bytes > limit.bytes ? `${formatBytes(bytes)} of blobs, more than ${formatBytes(limit.bytes)}` : undefined;
}
