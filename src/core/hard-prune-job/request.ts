import type { PodSettings } from '../in-cluster/pod.js';
import type { RunSettings } from '../in-cluster/runs.js';
import type { ObjectStoreLocation } from '../storage/location.js';

/** Name of the printed objects. */
export const APP = 'regadm-hard-prune';

/** Settings of the Job that nothing else states. */
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

/** Flags that name a file with certificate authorities. */
export type AuthorityFlag = 'storage-ca' | 'redis-ca';

/** Everything that the printed List depends on, besides the cluster. */
export interface HardPruneJobRequest {
  /** An image that has `regadm` in its PATH. */
  image: string;
  /** `cluster`: that of the registry. */
  storage: 'cluster' | NamedStore;
  /** Region in the arguments that no flag states, but the variables or the profile of AWS. */
  region?: string;
  /** Further arguments of `regadm prune hard`, as `--flag=value`. */
  args: readonly string[];
  readOnly: 'auto' | 'required' | 'skip';
  pruneImages: boolean;
  /** True to empty the registry's blob cache in a Redis that the arguments name. */
  usesRedis: boolean;
  /** Certificates of authorities, PEM. */
  authorities: Partial<Record<AuthorityFlag, readonly string[]>>;
  /** Name of a Secret in the registry's namespace. */
  credentialsSecret?: string;
  /** Timeout of each roll-out, in s. */
  rolloutSeconds: number;
  /** Undefined: a Job instead of a CronJob. */
  runs?: RunSettings;
  /** Maximum time of a Job, in s; undefined: no limit. */
  activeDeadlineSeconds?: number;
  pod: PodSettings;
}
