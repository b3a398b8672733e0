import type { StreamedDocument } from '../../terminal/streamed-document.js';
import type { HardPruneReport, PlanPart } from '../report.js';
import { blobStatus, movesToTrash } from './blob-status.js';
import type { HardPruneBlob, HardPruneDocument } from './document-type.js';
import { hardPruneSummary } from './summary.js';

/** Converts a report to the HardPrune document of docs/json.md. */
export function hardPruneDocument(report: HardPruneReport): StreamedDocument<HardPruneDocument> {
  const { dryRun, startedAt, finishedAt, options, storage } = report;
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'HardPrune',
      dryRun,
      startedAt,
      finishedAt,
      options,
      storage,
      summary: hardPruneSummary(report),
      waiting: report.online?.waiting,
      trash: report.online?.trash,
      verification: report.verification,
    },
    arrays: {
      blobs: () => blobEntries(report),
      manifestLinks: () => entries(report, 'manifestLinks'),
      repositories: () => entries(report, 'repositories'),
      layerLinks: () => entries(report, 'layerLinks'),
      uploads: () => entries(report, 'uploads'),
      ...(movesToTrash(report) ? { trashed: () => blobEntries(report) } : {}),
      ...onlineArrays(report),
      procedure: () => report.procedure,
      warnings: () => report.warnings,
      failures: () => [...report.failures, ...(report.unfinished ?? [])],
    },
  };
}

/** Returns the arrays that only the document of an online run has. */
function onlineArrays(report: HardPruneReport): object {
  const { online } = report;
  if (!online) return {};
  const { marked, unmarked, restored, purged } = online;
  return {
    marked: () => marked,
    unmarked: () => unmarked,
    restored: () => restored,
    purged: () => purged,
  };
}

function* blobEntries(report: HardPruneReport): Generator<HardPruneBlob> {
  for (const entry of entries(report, 'blobs')) yield { ...entry, status: blobStatus(entry.status, report) };
}

type Entry<Part extends PlanPart> = HardPruneDocument[Part][number];

/** Yields each entry of the plan with its result. */
function* entries<Part extends PlanPart>({ plan, outcomes }: HardPruneReport, part: Part): Generator<Entry<Part>> {
  for (const [index, planned] of plan[part].entries()) {
    const outcome = outcomes ? outcomes[part][index] : { status: 'would-delete' };
    yield { ...planned, ...(outcome ?? { status: 'skipped', reason: 'not reached' }) } as Entry<Part>;
  }
}
