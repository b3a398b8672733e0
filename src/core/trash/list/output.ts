import { describeHolder } from '../../kit/holder.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { plural, timestamp } from '../../terminal/text.js';
import { TRASH_BLOBS } from '../output/main-table.js';
import { imageDocument, rowDocument } from '../output/row.js';
import { blobNames } from '../output/names.js';
import { blobTable, imageTable, paragraph } from '../output/tables.js';
import type { TrashDocument, TrashSummary } from './document-type.js';
import type { MarkedBatch, TrashReport } from './report.js';

/** The output formats of `trash list`. */
export const trashOutput: Output<TrashReport, TrashDocument> = {
  document: toDocument,
  table: listLines,
  name: (report, order) => blobNames(report.rows, order),
  main: TRASH_BLOBS,
};

function toDocument(report: TrashReport): StreamedDocument<TrashDocument> {
  const { storage, rows, images, batches, holder, warnings } = report;
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'Trash',
      storage,
      ...(holder ? { heldBy: describeHolder(holder) } : {}),
      summary: summarize(report),
    },
    arrays: {
      blobs: function* () {
        for (const row of rows) yield rowDocument(row);
      },
      images: () => images.map(imageDocument),
      batches: () =>
        batches.map(({ blobs, bytes, graceFrom }) => ({
          blobs,
          bytes,
          ...(graceFrom === undefined ? {} : { graceFrom: timestamp(graceFrom)! }),
        })),
      warnings: () => warnings,
    },
  };
}

/** Counts what was found. */
function summarize({ rows, images, batches, links }: TrashReport): TrashSummary {
  return {
    blobs: rows.length,
    bytes: sumBytes(rows.map(({ entry }) => entry)),
    images: images.length,
    wholeImages: images.filter(({ problems }) => problems.length === 0).length,
    marked: batches.reduce((sum, { blobs }) => sum + blobs, 0),
    markedBytes: sumBytes(batches),
    links,
    failed: images.filter(({ isDamaged }) => isDamaged).length,
    skipped: rows.filter(({ status }) => status === 'kept').length,
  };
}

const sumBytes = (parts: readonly { bytes: number }[]): number => parts.reduce((sum, { bytes }) => sum + bytes, 0);

function* listLines(report: TrashReport, layout: Layout): Generator<string> {
  const { rows, images, batches, links, holder } = report;
  const { bytes, skipped, wholeImages } = summarize(report);
  const some = `${plural(rows.length, 'blob')} in the trash, ${formatBytes(bytes)}`;
  const kept = skipped > 0 ? `; ${skipped === rows.length ? 'none' : 'some'} of it can be purged yet` : '';
  yield* paragraph(rows.length === 0 ? 'The trash is empty.' : `${some}${kept}.`, layout);
  if (rows.length + batches.length + links > 0 || holder) yield '\n';
  yield* blobTable(rows, layout);
  if (images.length > 0) {
    yield* paragraph(
      `${plural(images.length, 'image')} with the manifest in the trash, ${wholeImages} of which can be restored whole.`,
      layout,
    );
    yield '\n';
  }
  yield* imageTable(images, layout);
  for (const batch of batches) yield* paragraph(batchText(batch), layout);
  if (links > 0)
    yield* paragraph(
      `${plural(links, 'link')} removed from blobs that are still in their place; trash restore writes what is missing of them again.`,
      layout,
    );
  if (holder) yield* paragraph(`${describeHolder(holder)} is changing the trash now.`, layout);
  if (rows.length > 0) yield* paragraph('Restore it with: regadm trash restore [DIGEST…]', layout);
}

/** Describes what a batch waits for. */
function batchText({ blobs, bytes, graceFrom }: MarkedBatch): string {
  const marked = `${plural(blobs, 'blob')} (${formatBytes(bytes)}) marked as unused, not yet moved to the trash`;
  if (graceFrom === undefined)
    return `${marked}: the grace begins when the registry processes have ended that can know them.`;
  return `${marked}: the grace began at ${timestamp(graceFrom)}; prune hard --online moves them when --grace (default: 20h) has passed.`;
}
