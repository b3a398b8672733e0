import { JOB_DEFAULTS, type JobKind, type StorageJobRequest } from '../storage-job/request.js';
import { VERIFY_APP } from '../verification/stored-result.js';

export const VERIFY_JOB: JobKind = {
  app: VERIFY_APP,
  run: 'the verification',
  instead: 'verify through the registry instead, from here: regadm registry verify, without --storage',
  onlyReads: true,
};

/** Settings of the Job that nothing else states. */
export const VERIFY_JOB_DEFAULTS = { ...JOB_DEFAULTS, parallelism: 4 } as const;

/** Everything that the printed List depends on, besides the cluster. */
export interface VerifyJobRequest extends StorageJobRequest {
  /** Number of pods, each of which reads one shard. */
  parallelism: number;
  /** Those that the arguments name. */
  namespaces: string[];
}
