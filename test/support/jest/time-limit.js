/**
 * Time limit per test and per hook, in ms. It only ends a test that hangs: no test may rely on it.
 * The slowest tests need less than a minute on an idle machine, and up to ten times that on a crowded one.
 */
export const TIME_LIMIT_MS = 600_000;
