import { streamKey } from '../../model/image-stream.js';
import type { ImagePruneReport } from '../report.js';
import { isDone, summarize } from '../summary.js';

/**
 * Writes the lines of `oc adm prune images` 4.13: for each stream its items and links, then for each image its blobs
 * and the image; in a confirmed run only what was done.
 */
export function* ocLines(report: ImagePruneReport): Generator<string> {
  if (!report.plan.options.pruneRegistry) {
    yield 'Only API objects will be removed.  No modifications to the image registry will be made.\n';
  }
  yield* streamLines(report);
  yield* imageLines(report);
  yield `Summary: ${ocSummary(report)}\n`;
}

/** Formats the summary: `deleted 4 image object(s), …`; zero counts are omitted. */
function ocSummary(report: ImagePruneReport): string {
  const { images, imageStreamTagItems, imageStreams, layerLinks, manifestLinks, blobs, failed } = summarize(report);
  const parts: [number, string][] = [
    [images, `deleted ${images} image object(s)`],
    [imageStreamTagItems, `deleted ${imageStreamTagItems} image stream tag item(s)`],
    [imageStreams, `updated ${imageStreams} image stream(s)`],
    [layerLinks, `deleted ${layerLinks} layer link(s)`],
    [manifestLinks, `deleted ${manifestLinks} manifest link(s)`],
    [blobs, `deleted ${blobs} blob(s)`],
  ];
  const done = parts.filter(([count]) => count > 0).map(([, text]) => text);
  if (done.length === 0) done.push('deleted 0 objects');
  if (failed > 0) done.push(`failed to delete ${failed} object(s)`);
  return done.join(', ');
}

function* streamLines({ plan, outcome, dryRun }: ImagePruneReport): Generator<string> {
  const { digests } = plan.snapshot;
  for (const [at, planned] of plan.streams.entries()) {
    const { items, layerLinks, manifestLinks } = outcome.streams[at]!;
    const repository = streamKey(planned.stream);
    const removed = items.reduce((count, code) => count + (isDone(code, dryRun) ? 1 : 0), 0);
    if (removed > 0) yield `Deleting ${removed} items from image stream ${repository}\n`;
    for (const [link, id] of planned.layerLinks.entries()) {
      if (isDone(layerLinks[link]!, dryRun))
        yield `Deleting layer link ${digests.text(id)} in repository ${repository}\n`;
    }
    for (const [link, id] of planned.manifestLinks.entries()) {
      if (isDone(manifestLinks[link]!, dryRun))
        yield `Deleting manifest link ${digests.text(id)} in repository ${repository}\n`;
    }
  }
}

/** Lists a blob that several images share with the last of them, where the execution deletes it. */
function* imageLines({ plan, outcome, dryRun }: ImagePruneReport): Generator<string> {
  const { digests, images } = plan.snapshot;
  const blobsLeft = new Uint8Array(digests.size);
  plan.blobs.forEach((blob, at) => (blobsLeft[blob] = isDone(outcome.blobs[at]!, dryRun) ? 1 : 0));
  const users = new Uint32Array(digests.size);
  const eachBlob = (image: number, take: (digest: number) => void): void => {
    images.eachBlob(image, take);
    take(images.name(image));
  };
  for (const image of plan.images) eachBlob(image, (blob) => users[blob]!++);
  for (const [at, image] of plan.images.entries()) {
    const lines: string[] = [];
    eachBlob(image, (blob) => {
      if (--users[blob]! === 0 && blobsLeft[blob]) lines.push(`Deleting blob ${digests.text(blob)}\n`);
    });
    if (isDone(outcome.images[at]!, dryRun)) lines.push(`Deleting image ${images.nameText(image)}\n`);
    yield* lines;
  }
}
