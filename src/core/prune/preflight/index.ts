export type { PreflightCheck, PreflightName } from './check.js';
export { preflightError } from './error.js';
export { preflight } from './preflight.js';
export { runPreflight, type PreflightInput } from './run.js';
