/** Maximum age of a look, as a multiple of its duration, so that looking takes at most a fifth of the run. */
const AGE_PER_DURATION = 5;
/** Maximum age of a short look, as a multiple of its duration. */
const AGE_PER_SHORT_DURATION = 10;
/** Longest duration of a short look, in ms. */
const SHORT_LOOK_MS = 100;
/** Smallest and largest limit, in ms. */
const SMALLEST_LIMIT_MS = 50;
const LARGEST_LIMIT_MS = 30_000;

/**
 * Returns the maximum age, in ms, of a look at the cluster that a deletion may rest on: ten times its duration as long
 * as that is short, 500 ms for a look of 50 to 100 ms, then five times its duration, never more than 30 s.
 */
export function allowedAge(durationMs: number): number {
  if (durationMs > SHORT_LOOK_MS) return Math.min(LARGEST_LIMIT_MS, AGE_PER_DURATION * durationMs);
  return Math.min(AGE_PER_DURATION * SHORT_LOOK_MS, Math.max(SMALLEST_LIMIT_MS, AGE_PER_SHORT_DURATION * durationMs));
}
