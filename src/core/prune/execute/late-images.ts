import { withGrace } from '../../kit/grace.js';
import type { Failure } from '../../model/document.js';
import { lateImageFailure, lateImagesUnknown, uncheckedImageFailure } from '../../model/late-image.js';
import { STATUS } from '../outcome.js';
import { LateManifests, type Manifests } from './late-manifests.js';
import type { Run } from './run.js';
import { findLateImages, tagOfImage } from './watch/late-images.js';

/** Maximum number of images that cannot be checked that failures name: tenants choose how many there are. */
const LISTED = 20;

/**
 * Reports, as failures, the images that were pushed during the run and need a blob that it has deleted. A push that
 * found a layer before its deletion, or uploaded it in the same moment, can end after it: no recheck can exclude that.
 * The next run cannot tell, so a run that was interrupted looks too, for a few seconds.
 * @param manifests reads the manifests of images whose objects do not state what they need
 */
export async function reportLateImages(run: Run, manifests?: Manifests): Promise<void> {
  const { plan, ports, failures } = run;
  const { view } = ports;
  const blobs = possiblyDeleted(run);
  if (blobs.size === 0) return;
  const images = plan.images.filter((_, at) => run.outcome.images[at] === STATUS.deleted);
  const unstated = new LateManifests(view, manifests);
  try {
    await withGrace(ports.signal, async (ending) => {
      await ports.watcher.catchUp(images.map((image) => plan.snapshot.images.name(image)));
      await unstated.read(ending);
    });
  } catch (error) {
    failures.push(lateImagesUnknown(error));
  }
  const lateImages = findLateImages(view, new Set(blobs.keys()), unstated.needs);
  for (const { image, needed } of lateImages) {
    const isConfirmed = needed.every((blob) => blobs.get(blob));
    const names = needed.map((blob) => view.digests.text(blob));
    failures.push(lateImageFailure(describe(run, image), names, isConfirmed));
    unstated.problems.delete(image);
  }
  failures.push(...uncheckedFailures(run, unstated.problems));
}

/** Returns the digest numbers of the blobs that the run has deleted, or may have deleted; with true if it has. */
function possiblyDeleted({ plan, outcome, unconfirmed }: Run): Map<number, boolean> {
  const found = new Map<number, boolean>();
  for (const [at, digest] of plan.blobs.entries()) {
    const isConfirmed = outcome.blobs[at] === STATUS.deleted;
    if (isConfirmed || unconfirmed.has(at)) found.set(digest, isConfirmed);
  }
  return found;
}

function uncheckedFailures(run: Run, problems: ReadonlyMap<number, string>): Failure[] {
  const failures = [...problems]
    .slice(0, LISTED)
    .map(([image, problem]) => uncheckedImageFailure(describe(run, image), problem));
  const more = problems.size - LISTED;
  if (more <= 0) return failures;
  return [...failures, { target: `${more} more images`, message: 'pushed during the run, and cannot be checked' }];
}

function describe({ ports: { view } }: Run, image: number): { name: string; tag?: string } {
  return { name: view.images.nameText(image), tag: tagOfImage(view, image) };
}
