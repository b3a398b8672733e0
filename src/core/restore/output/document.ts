import type { Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { StreamedDocument } from '../../terminal/streamed-document.js';
import { timestamp } from '../../terminal/text.js';
import type { ItemOutcome } from '../outcome.js';
import type { PlannedImage, PlannedItem } from '../plan/plan.js';
import type { RestoreReport } from '../report.js';
import { summarize } from '../summary.js';
import type { ImageRestoreDocument, RestoredImageEntry, RestoredItemEntry } from './document-type.js';

/** Converts a report to the document of docs/json.md. */
export function toDocument(report: RestoreReport): StreamedDocument<ImageRestoreDocument> {
  const { request, plan } = report;
  return {
    fields: {
      apiVersion: 'regadm/v1',
      kind: 'ImageRestore',
      dryRun: report.dryRun,
      ...(report.interrupted ? { interrupted: true as const } : {}),
      startedAt: timestamp(report.startedAt.getTime())!,
      finishedAt: timestamp(report.finishedAt.getTime())!,
      options: {
        directory: request.directory,
        arguments: request.selectors.map(({ text }) => text),
        ...(request.asTag === undefined ? {} : { asTag: request.asTag }),
        acceptOtherCluster: request.acceptOtherCluster,
      },
      ...(report.registry ? { registry: report.registry } : {}),
      summary: summarize(report),
      ...(report.verification ? { verification: report.verification } : {}),
    },
    arrays: {
      images: () => imageEntries(report),
      newImageStreams: () => plan.streams.filter(({ create }) => create).map(({ key }) => key),
      warnings: () => [...report.warnings].sort(compareText),
      failures: () =>
        [...report.failures].sort((a, b) => compareText(a.target, b.target) || compareText(a.message, b.message)),
    },
  };
}

function* imageEntries({ plan, outcome }: RestoreReport): Generator<RestoredImageEntry> {
  for (const image of plan.images) {
    yield {
      name: image.name,
      ...outcome.images.get(image.name)!,
      repositories: neededIn(image).map(({ repository }) => repository),
      bytes: missingBytes(image),
      items: image.items.map((item) => itemEntry(item, outcome.items.get(item)!)),
    };
  }
}

/** Returns the repositories to which something is pushed. */
export function neededIn({ targets }: PlannedImage): PlannedImage['targets'] {
  return targets.filter(({ manifest, blobs }) => manifest || blobs.length > 0);
}

/** Returns the size of the blobs that a repository lacks, without duplicates. */
export function missingBytes({ targets }: PlannedImage): number {
  const sizes = new Map<Digest, number>();
  for (const { blobs } of targets) for (const { digest, bytes } of blobs) sizes.set(digest, bytes);
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function itemEntry({ saved: { stream, tag, item } }: PlannedItem, outcome: ItemOutcome): RestoredItemEntry {
  const [namespace = '', name = ''] = stream.split('/');
  return { namespace, name, tag, created: timestamp(Date.parse(item.created))!, ...outcome };
}
