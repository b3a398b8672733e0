import type { JobKind, StorageJobRequest } from '../storage-job/request.js';

/** Name of the printed objects. */
export const APP = 'regadm-hard-prune';

export const HARD_PRUNE_JOB: JobKind = {
  app: APP,
  run: 'the hard prune',
  instead: "run the registry's own pruner in its pod instead, from here: regadm prune hard --confirm",
  onlyReads: false,
};

/** Everything that the printed List depends on, besides the cluster. */
export interface HardPruneJobRequest extends StorageJobRequest {
  readOnly: 'auto' | 'required' | 'skip';
  /** Undefined: a run in read-only mode. */
  online?: {
    /** True if a run restarts the registry. */
    restarts: boolean;
    /** Time from the restart to the last check, in s. */
    recheckSeconds: number;
  };
  pruneImages: boolean;
  /** True to empty the registry's blob cache in a Redis that the arguments name. */
  usesRedis: boolean;
  /** Timeout of each roll-out, in s. */
  rolloutSeconds: number;
}
