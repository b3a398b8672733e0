import type { Family } from '../../terminal/metrics/family.js';
import { pruneMetrics, tally, type Tally } from '../../terminal/metrics/prune.js';
import type { HardPruneReport, PlanPart } from '../report.js';
import { hardPruneSummary } from './summary.js';

/** The kind of an object in each part of a plan. */
const KINDS = {
  blobs: 'blob',
  manifestLinks: 'manifest_link',
  repositories: 'repository',
  layerLinks: 'layer_link',
  uploads: 'upload',
} satisfies Record<PlanPart, string>;

/** Returns the metrics of a run of `prune hard`. */
export function hardPruneMetrics(report: HardPruneReport): Family[] {
  const { plan, outcomes, dryRun, failures, unfinished = [] } = report;
  const count = (part: PlanPart, amountOf?: (index: number) => number): Tally =>
    tally(
      outcomes ? outcomes[part].map(({ status }) => status) : plan[part].map(() => 'would-delete'),
      dryRun,
      amountOf,
    );
  const parts = Object.entries(KINDS) as [PlanPart, string][];
  // The registry's own pruner reports only the sum of what it deletes.
  const bytesOfBlobs = (): Tally =>
    plan.blobs.some(({ bytes }) => bytes === undefined)
      ? { [dryRun ? 'would-delete' : 'deleted']: hardPruneSummary(report).bytes }
      : count('blobs', (index) => plan.blobs[index]!.bytes ?? 0);
  return pruneMetrics({
    objects: Object.fromEntries(parts.map(([part, kind]) => [kind, count(part)])),
    blobBytes: bytesOfBlobs(),
    failures: failures.length + unfinished.length,
  });
}
