import { onlineSummary, type OnlineSummary } from '../online/output/summary.js';
import { readOnlySeconds } from './read-only-seconds.js';
import { PLAN_PARTS, type HardPruneReport, type PlanPart } from '../report.js';

/** Counts of what was deleted, or in a dry run would be. */
type HardPruneSummary = Record<PlanPart | 'bytes' | 'abandonedUploads' | 'failed' | 'skipped', number> & {
  readOnlySeconds?: number;
  requests?: number;
} & Partial<OnlineSummary>;

/** Counts the entries of a report. */
export function hardPruneSummary(report: HardPruneReport): HardPruneSummary {
  const { plan, outcomes, failures, unfinished = [], requests } = report;
  const count = (part: PlanPart): number =>
    outcomes ? outcomes[part].filter(({ status }) => status === 'deleted').length : plan[part].length;
  const seconds = readOnlySeconds(report);
  const all = outcomes ? PLAN_PARTS.flatMap((part) => outcomes[part]) : [];
  return {
    blobs: count('blobs'),
    bytes: bytesOf(report),
    manifestLinks: count('manifestLinks'),
    repositories: count('repositories'),
    layerLinks: count('layerLinks'),
    uploads: count('uploads'),
    abandonedUploads: plan.abandonedUploads,
    failed: failures.length + unfinished.length,
    skipped: all.filter(({ status }) => status === 'skipped').length,
    ...(seconds === undefined ? {} : { readOnlySeconds: seconds }),
    ...(requests === undefined ? {} : { requests }),
    ...(report.options.trash ? { trashed: count('blobs') } : {}),
    ...(report.online ? onlineSummary(report.online, count('blobs')) : {}),
  };
}

/** Returns the freed bytes. The registry's own pruner reports only their sum. */
function bytesOf({ plan, outcomes }: HardPruneReport): number {
  if (!outcomes || plan.blobs.every(({ bytes }) => bytes === undefined)) return plan.bytes;
  return plan.blobs.reduce(
    (sum, { bytes = 0 }, index) => (outcomes.blobs[index]?.status === 'deleted' ? sum + bytes : sum),
    0,
  );
}
