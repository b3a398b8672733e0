import { compareText } from '../../model/values/compare-text.js';
import { formatBytes } from '../../model/values/quantity.js';
import { age } from '../../model/values/age.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { plural, thousands } from '../../terminal/text.js';
import type { Entry } from '../plan/saved.js';
import { countImages, sizeOnDisk } from '../contents/read-contents.js';
import { LISTED } from '../output/main-table.js';
import { entryBlocks, entryDocument, runDocument, paragraph, tagsText, timeOf } from '../output/entries.js';
import type { BackupDocument } from './document-type.js';
import { sizeOfImage, type BackupReport } from './list.js';

/** The output formats of `backup list`. */
export const backupOutput: Output<BackupReport, BackupDocument> = {
  document: toDocument,
  table: (report, layout) => (layout.wide ? wideLines(report, layout) : listLines(report, layout)),
  name: nameLines,
  main: LISTED,
};

function toDocument({ contents, sharedBytes, unreadable }: BackupReport): StreamedDocument<BackupDocument> {
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'Backup',
      directory: contents.directory,
      summary: {
        images: countImages(contents.entries),
        blobs: contents.blobs.size,
        bytes: sizeOnDisk(contents),
        sharedBytes,
      },
    },
    arrays: {
      runs: () => contents.runs.map(runDocument),
      images: function* () {
        for (const entry of contents.entries) yield { ...entryDocument(entry), bytes: bytesOf(contents, entry) };
      },
      warnings: () => unreadable.toSorted(compareText),
    },
  };
}

function* listLines(report: BackupReport, layout: Layout): Generator<string> {
  yield* head(report, layout);
  const { contents } = report;
  const items = inRowOrder(contents.entries, layout.order).map((entry) => ({ entry }));
  if (items.length > 0) yield '\n';
  yield* entryBlocks(items, layout, ({ entry }) => {
    const bytes = bytesOf(contents, entry);
    return bytes === null ? [] : [formatBytes(bytes)];
  });
}

function* wideLines(report: BackupReport, layout: Layout): Generator<string> {
  yield* head(report, layout);
  const { contents } = report;
  if (contents.entries.length === 0) return;
  yield '\n';
  const columns: Column[] = [
    { title: 'IMAGE' },
    { title: 'SAVED' },
    { title: 'SIZE', align: 'right' },
    { title: 'CLUSTER' },
    { title: 'TAGS', wraps: true },
  ];
  const rows = function* (): Generator<string[]> {
    for (const entry of inRowOrder(contents.entries, layout.order)) {
      const bytes = bytesOf(contents, entry);
      const size = bytes === null ? '-' : formatBytes(bytes);
      yield [entry.name, timeOf(entry.run), size, entry.run.server, tagsText(entry.tags, Infinity)];
    }
  };
  yield* tableLines(columns, rows, layout);
}

function* head({ contents, sharedBytes }: BackupReport, layout: Layout): Generator<string> {
  const { now } = layout;
  const { runs, entries, blobs } = contents;
  const size = `${plural(blobs.size, 'blob')}, ${formatBytes(sizeOnDisk(contents))} on disk`;
  const shared = sharedBytes > 0 ? `, ${formatBytes(sharedBytes)} of it shared by several images` : '';
  yield* paragraph(
    `${plural(countImages(entries), 'image')} from ${plural(runs.length, 'run')}: ${size}${shared}.`,
    layout,
  );
  if (runs.length === 0) return;
  const counts = new Map<string, [images: number, tags: number]>();
  for (const { run, saved, tags } of entries) {
    const [images, items] = counts.get(run.id) ?? [0, 0];
    counts.set(run.id, [images + (saved === 'tags' ? 0 : 1), items + tags.length]);
  }
  yield '\n';
  const columns: Column[] = [
    { title: 'RUN' },
    { title: 'AGE', align: 'right', drop: 1 },
    { title: 'IMAGES', align: 'right' },
    { title: 'TAG ITEMS', align: 'right', drop: 2 },
    { title: 'CLUSTER' },
  ];
  const rows = runs.map((run) => {
    const [images, items] = counts.get(run.id) ?? [0, 0];
    return [timeOf(run), age(Date.parse(run.startedAt), now), thousands(images), thousands(items), run.server];
  });
  yield* tableLines(columns, rows, layout);
}

function bytesOf(contents: BackupReport['contents'], { name, saved }: Entry): number | null {
  return saved === 'tags' ? null : (sizeOfImage(contents, name) ?? null);
}

/** Lists each image once. */
function* nameLines({ contents }: BackupReport, order?: readonly number[]): Generator<string> {
  const entries = inRowOrder(contents.entries, order).filter(({ saved }) => saved !== 'tags');
  for (const name of new Set(entries.map((entry) => entry.name))) yield `image.image.openshift.io/${name}\n`;
}
