/**
 * Thrown by a store that finds out that it has no batches, before anything is deleted: each object is a request of its
 * own then. `limits.batchSize` is smaller, so that the caller checks more often whether the run may continue.
 */
export class NoBatches extends Error {}
