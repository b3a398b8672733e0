import { messageOf } from '../../model/errors.js';
import { describeLateImage } from '../../model/late-image.js';
import { STATUS } from '../outcome.js';
import type { Run } from './run.js';
import { findLateImages } from './watch/late-images.js';

/**
 * Reports, as failures, the images that were pushed during the run and need a blob that it has deleted. A push that
 * found a layer before its deletion, or uploaded it in the same moment, can end after it: no recheck can exclude that.
 */
export async function reportLateImages(run: Run): Promise<void> {
  const { plan, outcome, ports, failures } = run;
  const deleted = new Set(plan.blobs.filter((_, at) => outcome.blobs[at] === STATUS.deleted));
  if (deleted.size === 0) return;
  try {
    const images = plan.images.filter((_, at) => outcome.images[at] === STATUS.deleted);
    if (run.isActive) await ports.watcher.catchUp(images.map((image) => plan.snapshot.images.name(image)));
  } catch (error) {
    const message = `whether images that were pushed during the run need deleted blobs is unknown: ${messageOf(error)}`;
    failures.push({ target: 'the run', message });
  }
  for (const { name, needed, listing } of findLateImages(ports.view, deleted)) {
    const tag = listing?.rule === 'tag-item' ? `${listing.stream}:${listing.tag}` : undefined;
    failures.push({ target: `image ${name}`, message: describeLateImage(needed, tag) });
  }
}
