export type { KubeObject } from '../core/model/kube.js';
export type * from './types.js';
export { startSandbox } from './start.js';
