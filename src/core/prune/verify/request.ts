import type { StorageChoice } from '../../storage/location.js';

/** The flags of `prune images --verify`, as values. */
export interface VerifyRequest {
  /** What is looked at; absent: the registry is asked. */
  storage?: StorageChoice;
}
