import type { Count, DocumentHeader, EntryStatus, Failure, Timestamp } from '../../model/document.js';

/** What `regadm prune builds -o json` and `regadm prune deployments -o json` print. */
export interface ObjectPruneDocument<Kind extends string, Options> extends DocumentHeader<Kind, Options> {
  /** True without --confirm: nothing was changed. */
  dryRun: boolean;
  /** True if a signal ended the run; absent otherwise. */
  interrupted?: true;
  startedAt: Timestamp;
  finishedAt: Timestamp;
  options: Options;
  summary: ObjectPruneSummary;
  /** The objects that are deleted, by namespace, name and kind. */
  objects: PrunedObjectEntry[];
  /** The warnings on stderr. */
  warnings: string[];
  /** By target. */
  failures: Failure[];
}

/** The flags that decide what is deleted. */
export interface ObjectPruneDocumentOptions {
  /** --keep-younger-than, as the user wrote it. */
  keepYoungerThan: string;
  /** --keep-complete */
  keepComplete: Count;
  /** --keep-failed */
  keepFailed: Count;
  /** --orphans */
  orphans: boolean;
  /** --rules */
  rules: 'oc' | 'safe';
  /** --namespace, if given. */
  namespace?: string;
}

/** Counts of what was done, or in a dry run would be. */
export interface ObjectPruneSummary {
  /** Objects that were deleted or no longer existed. */
  objects: Count;
  /** Length of `failures`: can be more than the number of entries with the status `failed`. */
  failed: Count;
  skipped: Count;
}

export interface PrunedObjectEntry extends EntryStatus {
  /** `Build`, `ReplicationController` or `ReplicaSet` */
  kind: string;
  namespace: string;
  name: string;
  /** Its creationTimestamp; null if it has none. */
  created: Timestamp | null;
  /** Its phase, e.g. `Complete` or `Failed`. */
  phase: string;
  /** What it belongs to; null if nothing. It does not exist if the object is an orphan. */
  owner: ObjectOwner | null;
  /** Why it is deleted; with the status `skipped`, why it was skipped. */
  reason: string;
}

export interface ObjectOwner {
  /** `BuildConfig`, `DeploymentConfig` or `Deployment` */
  kind: string;
  namespace: string;
  name: string;
}
