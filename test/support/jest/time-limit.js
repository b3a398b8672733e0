/**
 * Time limit per test and per hook, in ms. It only ends a test that hangs: no test may rely on it.
 * The slowest tests need less than a minute on an idle machine, but can need ten times that on a crowded one.
 */
export const TIME_LIMIT_MS = 1_200_000;
