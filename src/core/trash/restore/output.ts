import { sha256Digest } from '../../model/digest.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { plural } from '../../terminal/text.js';
import { TRASH_BLOBS } from '../output/main-table.js';
import { blobNames } from '../output/names.js';
import { imageDocument, rowDocument } from '../output/row.js';
import { isRestored, runFields } from '../output/run-fields.js';
import { blobTable, failureTable, imageTable, paragraph } from '../output/tables.js';
import type { TrashRestoreDocument, TrashRestoreSummary } from './document-type.js';
import type { TrashRestoreReport } from './report.js';

/** The output formats of `trash restore`. */
export const trashRestoreOutput: Output<TrashRestoreReport, TrashRestoreDocument> = {
  document: toDocument,
  table: restoreLines,
  name: (report, order) => blobNames(report.rows, order, isRestored),
  main: TRASH_BLOBS,
};

function toDocument(report: TrashRestoreReport): StreamedDocument<TrashRestoreDocument> {
  const { rows, unmarked, images, warnings, failures } = report;
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'TrashRestore',
      ...runFields(report),
      summary: summarize(report),
    },
    arrays: {
      blobs: function* () {
        for (const row of rows) yield rowDocument(row);
      },
      unmarked: () => unmarked.map(({ hex, ...blob }) => ({ digest: sha256Digest(hex), ...blob })),
      images: () => images.map(imageDocument),
      warnings: () => warnings,
      failures: () => failures,
    },
  };
}

const isUnmarked = ({ status }: { status: string }): boolean => status === 'unmarked' || status === 'would-unmark';

function summarize({ rows, links, unmarked, images, failures }: TrashRestoreReport): TrashRestoreSummary {
  const restored = rows.filter(isRestored);
  return {
    blobs: restored.length,
    bytes: restored.reduce((sum, { entry }) => sum + entry.bytes, 0),
    links,
    unmarked: unmarked.filter(isUnmarked).length,
    images: images.length,
    wholeImages: images.filter(({ problems }) => problems.length === 0).length,
    failed: failures.length,
    skipped: [...rows, ...unmarked].filter(({ status }) => status === 'skipped').length,
  };
}

function* restoreLines(report: TrashRestoreReport, layout: Layout): Generator<string> {
  const { rows, images, unmarked, failures, dryRun } = report;
  if (rows.length + unmarked.length + report.links + failures.length === 0) {
    yield* paragraph('The trash is empty: there is nothing to restore.', layout);
    return;
  }
  const { blobs, bytes, links, ...summary } = summarize(report);
  const would = dryRun ? 'would be restored' : 'restored';
  const from = `${plural(blobs, 'blob')} (${formatBytes(bytes)}) and ${plural(links, 'link')} ${would}`;
  const marked =
    summary.unmarked > 0
      ? `; ${plural(summary.unmarked, 'marked blob')} ${dryRun ? 'would get' : 'got'} the links back`
      : '';
  yield* paragraph(`${from}${marked}.`, layout);
  yield '\n';
  yield* blobTable(rows, layout);
  yield* imageTable(images, layout);
  yield* failureTable(failures, layout);
  yield* ending(report, layout);
}

function* ending({ dryRun, images, failures, interrupted }: TrashRestoreReport, layout: Layout): Generator<string> {
  const { styles } = layout;
  if (dryRun) yield* paragraph('Nothing was changed. Add --confirm to restore.', layout);
  else if (interrupted) yield* paragraph('Interrupted. Run the same command again: it restores what is left.', layout);
  else if (failures.length > 0) yield `${styles.bad('Completed with errors.')}\n`;
  else yield `${styles.good('Done.')}\n`;
  if (images.length > 0)
    yield* paragraph(
      'Image objects and tags are not created: registry verify --recover-images --confirm creates the objects of images that an image stream still lists, and regadm restore those of a backup. Until then, nothing uses these blobs, and a hard prune removes them again.',
      layout,
    );
}
