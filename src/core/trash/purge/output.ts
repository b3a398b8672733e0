import { formatBytes } from '../../model/values/quantity.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { plural } from '../../terminal/text.js';
import { TRASH_BLOBS } from '../output/main-table.js';
import { blobNames } from '../output/names.js';
import { rowDocument } from '../output/row.js';
import { isRestored, runFields } from '../output/run-fields.js';
import { blobTable, failureTable, paragraph } from '../output/tables.js';
import type { TrashPurgeDocument, TrashPurgeSummary } from './document-type.js';
import type { TrashPurgeReport } from './report.js';

/** The output formats of `trash purge`. */
export const trashPurgeOutput: Output<TrashPurgeReport, TrashPurgeDocument> = {
  document: toDocument,
  table: purgeLines,
  name: (report, order) => blobNames(report.rows, order, isDeleted),
  main: TRASH_BLOBS,
};

function toDocument(report: TrashPurgeReport): StreamedDocument<TrashPurgeDocument> {
  const { rows, warnings, failures } = report;
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'TrashPurge',
      ...runFields(report),
      summary: summarize(report),
    },
    arrays: {
      blobs: function* () {
        for (const row of rows) yield rowDocument(row);
      },
      warnings: () => warnings,
      failures: () => failures,
    },
  };
}

const isDeleted = ({ status }: { status: string }): boolean => status === 'deleted' || status === 'would-delete';

function summarize({ rows, failures }: TrashPurgeReport): TrashPurgeSummary {
  const deleted = rows.filter(isDeleted);
  return {
    blobs: deleted.length,
    bytes: deleted.reduce((sum, { entry }) => sum + entry.bytes, 0),
    restored: rows.filter(isRestored).length,
    failed: failures.length,
    skipped: rows.filter(({ status }) => status === 'skipped').length,
  };
}

function* purgeLines(report: TrashPurgeReport, layout: Layout): Generator<string> {
  const { rows, failures, interrupted } = report;
  yield* paragraph(rows.length === 0 ? 'The trash is empty.' : `${summaryText(report)}.`, layout);
  if (rows.length === 0 && failures.length === 0 && !interrupted) return;
  yield '\n';
  yield* blobTable(rows, layout);
  yield* failureTable(failures, layout);
  yield* ending(report, layout);
}

function summaryText(report: TrashPurgeReport): string {
  const { blobs, bytes, restored, skipped } = summarize(report);
  const would = report.dryRun ? 'would be ' : '';
  return [
    `${plural(blobs, 'blob')} (${formatBytes(bytes)}) ${would}deleted from the trash (--older-than=${report.olderThan})`,
    ...(restored > 0 ? [`${plural(restored, 'blob')} in use ${would}moved back`] : []),
    ...(skipped > 0 ? [`${skipped} kept`] : []),
  ].join(', ');
}

function* ending(report: TrashPurgeReport, layout: Layout): Generator<string> {
  const { dryRun, failures, interrupted, refusal } = report;
  const { blobs, restored } = summarize(report);
  const { styles } = layout;
  if (refusal) yield* paragraph('Nothing was changed. This is more than --max-delete allows.', layout);
  else if (dryRun)
    yield* paragraph(
      blobs + restored > 0 ? 'Nothing was changed. Add --confirm to delete.' : 'There is nothing to delete yet.',
      layout,
    );
  else if (interrupted) yield* paragraph('Interrupted. Run the same command again: it deletes what is left.', layout);
  else if (failures.length > 0) yield `${styles.bad('Completed with errors.')}\n`;
  else yield `${styles.good('Done.')}\n`;
}
