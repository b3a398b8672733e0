import type { Family } from '../../terminal/metrics/family.js';
import { pruneMetrics, tally } from '../../terminal/metrics/prune.js';
import type { PrunableKind } from '../plan/object.js';
import type { ObjectPruneReport } from '../report.js';

const LABELS: Record<PrunableKind, string> = {
  Build: 'build',
  ReplicationController: 'replication_controller',
  ReplicaSet: 'replica_set',
};

/** Returns the metrics of a run of `prune builds` or `prune deployments`. */
export function objectPruneMetrics({ feature, dryRun, plan, statuses, failures }: ObjectPruneReport): Family[] {
  const results = (wanted: PrunableKind) =>
    statuses.filter((_, at) => plan.deletions[at]!.object.kind === wanted).map(({ status }) => status);
  const kinds = Object.keys(feature.kinds) as PrunableKind[];
  return pruneMetrics({
    objects: Object.fromEntries(kinds.map((kind) => [LABELS[kind], tally(results(kind), dryRun)])),
    failures: failures.length,
  });
}
