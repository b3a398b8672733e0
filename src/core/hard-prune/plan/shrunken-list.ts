import type { Doubt } from '../../orphans/plan/own-storage.js';

/** Minimum share of the objects of a first list that a later one must still have. */
const MIN_SHARE = 0.5;

/** What a list that was read again has. */
interface ReadAgain {
  /** What its objects are. */
  objects: 'images' | 'image streams';
  /** Number of objects that were known before. */
  before: number;
  /** Number of those that it still has. */
  left: number;
}

/**
 * Finds a reason to suspect that a list that was read again is not complete: most known objects are missing. Some can
 * be: they were deleted meanwhile. What was known stays in use, but what is new can be missing, too.
 */
export function findShrinkage({ objects, before, left }: ReadAgain): Doubt[] {
  if (left >= before * MIN_SHARE) return [];
  const message = `the API server now lists only ${left} of the ${before} ${objects} that it listed before: what was pushed since then can be missing, too`;
  const command = objects === 'images' ? 'oc get images' : 'oc get imagestreams -A';
  return [{ message, suggestion: `find out why most ${objects} are not listed (${command}), then run again` }];
}
