/** Maximum age of a look, as a multiple of its duration, so that looking takes at most a fifth of the run. */
const AGE_PER_DURATION = 5;
/** Maximum age of a short look, as a multiple of its duration. */
const AGE_PER_SHORT_DURATION = 10;
/** Longest duration of a short look, in ms. */
const SHORT_LOOK_MS = 100;
/** Shortest duration of a look at metadata, in ms, that may be as old as one of 100 ms. */
const SHORTEST_PARTIAL_MS = 25;
/** Smallest limit, in ms. */
const SMALLEST_LIMIT_MS = 50;
/** Largest limit, in ms, except for looks that take longer than half of it. */
const LARGEST_LIMIT_MS = 30_000;
/** Maximum age of the longest looks, as a multiple of their duration: when such a look is complete, it can be used. */
const AGE_PER_LONG_DURATION = 2;

/**
 * Returns the maximum age, in ms, of a look at the cluster that a deletion may rest on: ten times its duration as long
 * as that is short, 500 ms for a look of 50 to 100 ms, then five times its duration, but never more than 30 s or twice
 * its duration, whichever is larger.
 */
export function allowedAge(durationMs: number): number {
  if (durationMs > SHORT_LOOK_MS)
    return Math.min(AGE_PER_DURATION * durationMs, Math.max(LARGEST_LIMIT_MS, AGE_PER_LONG_DURATION * durationMs));
  return Math.min(AGE_PER_DURATION * SHORT_LOOK_MS, Math.max(SMALLEST_LIMIT_MS, AGE_PER_SHORT_DURATION * durationMs));
}

/**
 * Returns the maximum age, in ms, of a look that has read only metadata and changed objects: that of a look at whole
 * objects, which takes longer, but never more than the specified 500 ms if the look is short.
 */
export function allowedAgeOfPartial(durationMs: number): number {
  return Math.max(allowedAge(durationMs), durationMs > SHORTEST_PARTIAL_MS ? AGE_PER_DURATION * SHORT_LOOK_MS : 0);
}
