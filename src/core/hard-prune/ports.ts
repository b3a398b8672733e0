import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';

/** The dependencies of a hard prune. */
export interface HardPrunePorts {
  api: ClusterApi;
  reporter: Reporter;
  /** Aborts to stop the run; its reason is the error of the run. */
  signal: AbortSignal;
  /** Runs `prune images` before the hard prune. @throws RegadmError PRUNE_IMAGES_FAILED, or the signal's reason */
  pruneImages?(): Promise<void>;
  /**
   * Empties the registry's blob cache in Redis; resolves to the number of deleted keys.
   * @throws RegadmError REDIS_FAILED
   */
  emptyCache?(): Promise<number>;
  /** Called before the registry is locked: from then on, an interrupted run has something to restore. */
  onLock?(): void;
  /** Called for each request to an object storage. */
  onStorageRequest?(): void;
}
