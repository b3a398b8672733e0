/** The flags that decide what `prune builds` and `prune deployments` delete. */
export interface ObjectPruneOptions {
  keepYoungerThanMs: number;
  /** Number of the newest complete objects of every owner that are kept. */
  keepComplete: number;
  /** Number of the newest failed objects of every owner that are kept. */
  keepFailed: number;
  /** Whether objects whose owner does not exist are deleted. */
  orphans: boolean;
  /** `safe`: keep more than `oc` does wherever it is in doubt. */
  rules: 'oc' | 'safe';
  /** Only objects of this namespace. */
  namespace?: string;
  /** `prune deployments`: also ReplicaSets. */
  replicaSets: boolean;
}
