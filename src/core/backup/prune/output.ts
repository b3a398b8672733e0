import { compareText } from '../../model/values/compare-text.js';
import { formatBytes } from '../../model/values/quantity.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { plural, thousands, timestamp } from '../../terminal/text.js';
import type { Entry } from '../plan/saved.js';
import { SAVED } from '../output/main-table.js';
import { entryBlocks, entryDocument, paragraph, runDocument, titledList } from '../output/entries.js';
import type { BackupPruneDocument } from './document-type.js';
import { isEmpty, summarize, type BackupPruneReport } from './report.js';

/** The output formats of `backup prune`. */
export const backupPruneOutput: Output<BackupPruneReport, BackupPruneDocument> = {
  document: toDocument,
  table: pruneLines,
  name: nameLines,
  main: SAVED,
};

function toDocument(report: BackupPruneReport): StreamedDocument<BackupPruneDocument> {
  const { contents, plan, removal } = report;
  const remains = (entry: Entry): boolean => entry.saved !== 'tags' && !plan.lost.has(entry.name);
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'BackupPrune',
      dryRun: report.dryRun,
      ...(removal.interrupted ? { interrupted: true as const } : {}),
      startedAt: timestamp(report.startedAt.getTime())!,
      finishedAt: timestamp(report.finishedAt.getTime())!,
      directory: contents.directory,
      options: { keepWithin: report.keepWithin },
      summary: summarize(report),
    },
    arrays: {
      runs: () => plan.removed.map((run) => ({ ...runDocument(run), ...removal.runs })),
      images: function* () {
        for (const entry of plan.entries) yield { ...entryDocument(entry), remains: remains(entry), ...removal.runs };
      },
      blobs: function* () {
        for (const [at, blob] of plan.blobs.entries()) yield { ...blob, ...removal.blobs[at]! };
      },
      files: () => plan.files.map(({ file, bytes }, at) => ({ file, bytes, ...removal.files[at]! })),
      failures: () => removal.failures.toSorted((a, b) => compareText(a.target, b.target)),
    },
  };
}

function* pruneLines(report: BackupPruneReport, layout: Layout): Generator<string> {
  const { plan, dryRun, removal } = report;
  if (isEmpty(plan)) {
    const kept = plural(plan.kept.length, 'run');
    yield* paragraph(
      `Nothing to remove: ${kept} kept with --keep-within=${report.keepWithin}, and every blob is needed.`,
      layout,
    );
    return;
  }
  yield* paragraph(sentence(report), layout);
  yield '\n';
  const items = inRowOrder(plan.entries, layout.order).map((entry) => ({ entry }));
  if (items.length > 0) {
    yield `${layout.styles.heading(dryRun ? 'Images to remove' : 'Removed images')}\n`;
    yield* entryBlocks(items, layout, ({ entry: { name, saved } }) =>
      saved === 'tags' || plan.lost.has(name) ? [] : ['a later run saved it, too'],
    );
    yield '\n';
  }
  yield* summaryLines(report, layout);
  const failed = removal.failures.map(({ target, message }) => `${target}: ${message}`).sort(compareText);
  yield* titledList(layout.styles.bad('Failed'), failed, layout);
  yield '\n';
  yield* ending(report, layout);
}

function sentence(report: BackupPruneReport): string {
  const { removed } = summarize(report);
  const runs = `${thousands(removed.runs)} of ${plural(report.contents.runs.length, 'run')}`;
  const what = `${runs}, ${plural(removed.images, 'image')} and ${plural(removed.blobs, 'blob')}`;
  return `${what} ${report.dryRun ? 'would be removed' : 'removed'}, ${formatBytes(removed.bytes)} on disk.`;
}

function* summaryLines(report: BackupPruneReport, layout: Layout): Generator<string> {
  const { removed, images, blobs, bytes } = summarize(report);
  const what = [
    plural(removed.runs, 'run'),
    plural(removed.images, 'image'),
    plural(removed.blobs, 'blob'),
    plural(removed.files, 'other file'),
  ].join(', ');
  yield* paragraph(`${report.dryRun ? 'To remove' : 'Removed'}: ${what}, ${formatBytes(removed.bytes)}`, layout);
  yield* paragraph(
    `${report.dryRun ? 'To keep' : 'Kept'}: ${plural(images, 'image')}, ${plural(blobs, 'blob')}, ${formatBytes(bytes)}`,
    layout,
  );
}

function* ending({ dryRun, removal }: BackupPruneReport, { styles }: Layout): Generator<string> {
  if (dryRun)
    yield `Dry run: nothing was changed. To apply it, run the same command with ${styles.heading('--confirm')}.\n`;
  else if (removal.interrupted) {
    yield `${styles.warn('Interrupted before completion.')}\n`;
    yield 'Run the same command again: it removes what is left.\n';
  } else if (removal.failures.length > 0) {
    yield `${styles.bad('Completed with errors.')}\n`;
    yield 'Fix the problems above and run the same command again: it removes what is left.\n';
  } else yield `${styles.good('Done.')}\n`;
}

/** Lists the images that the backup no longer has. */
function* nameLines({ plan }: BackupPruneReport, order?: readonly number[]): Generator<string> {
  const sorted = inRowOrder(plan.entries, order).filter(({ name }) => plan.lost.has(name));
  const names = order ? new Set(sorted.map(({ name }) => name)) : plan.lost;
  for (const name of names) yield `image.image.openshift.io/${name}\n`;
}
