export { toPrunePorts } from './connect.js';
export { planOnly, pruneImages } from './prune-images.js';
export { CONFIRMED, DRY_RUN, type ImagePruneRequest } from './request.js';
export { planFromFiles } from './plan-from-files.js';
