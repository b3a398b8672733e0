import type { Deleted } from '../../verification/plan/affected.js';
import { STATUS, type PruneOutcome } from '../outcome.js';
import type { ImagePrunePlan, PlannedStream } from '../plan/plan.js';

/**
 * Describes what a plan deletes.
 * @param outcome limits it to what was deleted, or may have been: a deletion that failed can have done a part
 */
export function deletedBy(plan: ImagePrunePlan, outcome?: PruneOutcome): Deleted {
  const wasTried = (codes: Uint8Array | undefined, at: number): boolean => !codes || isTried(codes[at]!);
  const repositories = plan.streams.filter((_, at) => !outcome || isChanged(outcome.streams[at]!));
  return {
    repositories: new Set(repositories.map(({ repository }: PlannedStream) => repository)),
    *digests() {
      const { digests, images } = plan.snapshot;
      for (const [at, image] of plan.images.entries()) {
        if (!wasTried(outcome?.images, at)) continue;
        const named = [images.name(image)];
        images.eachNeed(image, (digest) => void named.push(digest));
        images.eachChild(image, (digest) => void named.push(digest));
        for (const digest of named) yield digests.text(digest);
      }
      for (const [at, blob] of plan.blobs.entries()) if (wasTried(outcome?.blobs, at)) yield digests.text(blob);
    },
  };
}

/** True if a plan has changed something, or may have. */
export function hasDeleted({ images, blobs, streams }: PruneOutcome): boolean {
  return images.some(isTried) || blobs.some(isTried) || streams.some(isChanged);
}

const isChanged = ({ items, layerLinks, manifestLinks }: PruneOutcome['streams'][number]): boolean =>
  [items, layerLinks, manifestLinks].some((codes) => codes.some(isTried));

const isTried = (code: number): boolean => code !== STATUS.planned && code !== STATUS.skipped;
