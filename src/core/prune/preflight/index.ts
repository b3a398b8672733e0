export type { PreflightCheck, PreflightName } from './check.js';
export { failedWith } from './check.js';
export { assertPassed } from './error.js';
export { preflight, reportChecks } from './preflight.js';
export { runPreflight, type PreflightInput } from './run.js';
