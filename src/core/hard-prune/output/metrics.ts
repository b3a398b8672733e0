import type { Family } from '../../terminal/metrics/family.js';
import { pruneMetrics, tally, tallyWith, type Tally } from '../../terminal/metrics/prune.js';
import type { Deletion } from '../../storage/storage.js';
import type { OnlineReport, PurgedBlob } from '../online/types.js';
import { blobStatus, movesToTrash } from './blob-status.js';
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
  if (movesToTrash(report))
    return trashMetrics(report, report.online ?? { marked: [], unmarked: [], restored: [], purged: [] });
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

/** Returns the metrics of a run that moves blobs to the trash: only what it deletes from there is deleted. */
function trashMetrics(
  report: HardPruneReport,
  { marked, unmarked, restored, purged }: Pick<OnlineReport, 'marked' | 'unmarked' | 'restored' | 'purged'>,
): Family[] {
  const { plan, outcomes, dryRun, failures, unfinished = [] } = report;
  const results = (part: PlanPart): DeletionResult[] =>
    outcomes ? outcomes[part].map(({ status }) => status) : plan[part].map(() => 'would-delete' as const);
  const deleted = purged.map(({ status }) => deletionOf(status));
  const moved = results('blobs').map((status) => blobStatus(status, report));
  const statuses = (entries: readonly { status: string }[]): string[] => entries.map(({ status }) => status);
  return pruneMetrics({
    objects: {
      blob: tally(deleted, dryRun),
      trashed_blob: tallyWith(['would-trash', 'trashed'], moved, dryRun),
      marked_blob: tallyWith(['would-mark', 'marked'], statuses(marked), dryRun),
      unmarked_blob: tallyWith(['would-unmark', 'unmarked'], statuses(unmarked), dryRun),
      restored_blob: tallyWith(['would-restore', 'restored'], statuses(restored), dryRun),
      ...Object.fromEntries(BESIDE_BLOBS.map((part) => [KINDS[part], tally(results(part), dryRun)])),
    },
    blobBytes: tally(deleted, dryRun, (at) => purged[at]!.bytes),
    failures: failures.length + unfinished.length,
  });
}

type DeletionResult = Deletion['status'] | 'would-delete';

const BESIDE_BLOBS = ['manifestLinks', 'repositories', 'layerLinks', 'uploads'] as const satisfies PlanPart[];

function deletionOf(status: PurgedBlob['status']): DeletionResult {
  if (status === 'purged') return 'deleted';
  return status === 'would-purge' ? 'would-delete' : status;
}
