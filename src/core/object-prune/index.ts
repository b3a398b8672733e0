export { toObjectPrunePorts } from './connect.js';
export { planObjects, pruneObjects } from './prune-objects.js';
