export type * from './types.js';
export { startSandbox } from './start.js';
