import { formatBytes } from '../../model/values/quantity.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Output } from '../../terminal/output.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { plural, timestamp } from '../../terminal/text.js';
import { countImages } from '../contents/read-contents.js';
import { SAVED } from '../output/main-table.js';
import { entryBlocks, entryDocument, paragraph, titledList } from '../output/entries.js';
import type { BackupVerificationDocument, BackupVerificationSummary } from './document-type.js';
import type { BackupVerification } from './report.js';

/** The output formats of `backup verify`. */
export const backupVerificationOutput: Output<BackupVerification, BackupVerificationDocument> = {
  document: toDocument,
  table: verificationLines,
  name: nameLines,
  main: SAVED,
};

/** Returns what is unusual and no damage. */
export function warningsOf({ interrupted, leftovers, unrecognized }: BackupVerification): string[] {
  const unfinished =
    'the last run was killed before it had written index.json, so other tools may not find every image; the next backup, or backup prune --confirm, writes it';
  return [
    ...(interrupted ? [unfinished] : []),
    ...(leftovers.length > 0
      ? [`${plural(leftovers.length, 'temporary file')} of a run that was killed; backup prune --confirm removes them`]
      : []),
    ...(unrecognized.length > 0
      ? [`${plural(unrecognized.length, 'file')} that regadm did not write, such as ${unrecognized[0]!}`]
      : []),
  ];
}

function toDocument(report: BackupVerification): StreamedDocument<BackupVerificationDocument> {
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'BackupVerification',
      startedAt: timestamp(report.startedAt.getTime())!,
      finishedAt: timestamp(report.finishedAt.getTime())!,
      directory: report.contents.directory,
      summary: summarize(report),
    },
    arrays: {
      images: function* () {
        for (const { entry, files } of report.images) yield { ...entryDocument(entry), files };
      },
      damaged: () => report.damaged,
      leftovers: () => report.leftovers,
      unrecognized: () => report.unrecognized,
      warnings: () => warningsOf(report),
    },
  };
}

function summarize({ contents, damaged }: BackupVerification): BackupVerificationSummary {
  const bytes = [...contents.blobs.values()].reduce((sum, size) => sum + size, 0);
  return { images: countImages(contents.entries), blobs: contents.blobs.size, bytes, damaged: damaged.length };
}

function* verificationLines(report: BackupVerification, layout: Layout): Generator<string> {
  const { styles } = layout;
  const { images, blobs, bytes } = summarize(report);
  yield* paragraph(`${plural(images, 'image')} and ${plural(blobs, 'blob')} (${formatBytes(bytes)}) checked.`, layout);
  if (report.damaged.length === 0) {
    yield `${styles.good('Everything is there and undamaged.')}\n`;
    return;
  }
  const files = report.damaged.map(({ file, message }) => `${file}: ${message}`);
  yield* titledList(styles.bad('Damaged files'), files, layout);
  if (report.images.length > 0) {
    yield '\n';
    yield `${styles.bad('Images that need them')}\n`;
    yield* entryBlocks(inRowOrder(report.images, layout.order), layout, ({ files: needed }) => needed);
  }
  yield '\n';
  yield `${plural(report.damaged.length, 'file')} damaged; ${plural(report.images.length, 'image')} affected.\n`;
  yield* paragraph(
    'Restore the files from a copy. Or delete damaged blobs: the next prune images --backup saves them again if the registry still has them.',
    layout,
  );
}

function* nameLines({ images }: BackupVerification, order?: readonly number[]): Generator<string> {
  for (const name of new Set(inRowOrder(images, order).map(({ entry }) => entry.name)))
    yield `image.image.openshift.io/${name}\n`;
}
