import type { PodSettings } from '../in-cluster/pod.js';
import type { RunSettings } from '../in-cluster/runs.js';
import type { ObjectStoreLocation } from '../storage/location.js';

/** What a Job runs, for the names of its objects and for messages. */
export interface JobKind {
  /** Name of the printed objects. */
  app: string;
  /** What runs: `the hard prune`. */
  run: string;
  /** What to do if only the registry itself can use its storage. */
  instead: string;
  /** True if the Job changes nothing in the storage. */
  onlyReads: boolean;
}

/** Settings of every Job that nothing else states. */
export const JOB_DEFAULTS = {
  requests: 'cpu=500m,memory=512Mi',
  startingDeadline: '1h',
  /** Otherwise, a pod that never starts would keep a CronJob from starting all later runs. */
  activeDeadline: '24h',
  successfulJobsHistoryLimit: 1,
  failedJobsHistoryLimit: 3,
} as const;

/** An object store that the user names, and whose credentials are in a Secret. */
export interface NamedStore {
  kind: ObjectStoreLocation['kind'];
  /** As in `--storage`. */
  url: string;
  /** As in `--storage-endpoint`. */
  endpoint?: string;
}

/** What the printed List of every Job depends on, besides the cluster. */
export interface StorageJobRequest {
  job: JobKind;
  /** An image that has `regadm` in its PATH. */
  image: string;
  /** `cluster`: that of the registry. */
  storage: 'cluster' | NamedStore;
  /** Region in the arguments that no flag states, but the variables or the profile of AWS. */
  region?: string;
  /** Further arguments of the command, as `--flag=value`. */
  args: readonly string[];
  /** Certificates of authorities, PEM, by the flag that names their file. */
  authorities: Partial<Record<string, readonly string[]>>;
  /** Name of a Secret in the registry's namespace. */
  credentialsSecret?: string;
  /** Variables besides the credentials that the Secret can have. */
  secretKeys: readonly string[];
  /** Undefined: a Job instead of a CronJob. */
  runs?: RunSettings;
  /** Maximum time of a Job, in s; undefined: no limit. */
  activeDeadlineSeconds?: number;
  pod: PodSettings;
}
