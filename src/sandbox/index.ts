export type { KubeObject } from '../core/model/kube.js';
export type * from './types.js';
export { startSandbox } from './start.js';
export type * from './hub/types.js';
export { startHub } from './hub/hub.js';
