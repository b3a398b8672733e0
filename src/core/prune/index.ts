export { toPrunePorts } from './connect.js';
export { planOnly, pruneImages } from './prune-images.js';
export type { PrunePorts } from './ports.js';
export type { ImagePruneReport } from './report.js';
export { CONFIRMED, DRY_RUN, type ImagePruneRequest, type RunPolicy } from './request.js';
export { planFromFiles } from './plan-from-files.js';
