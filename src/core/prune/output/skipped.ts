import { streamKey } from '../../model/image-stream.js';
import { STATUS } from '../outcome.js';
import type { ImagePruneReport } from '../report.js';
import { expiredEntries } from './expired.js';
import { DEPENDENCY, Notes } from './status.js';

/**
 * Lists every stream, tag item and image that was skipped, one line each, with the reason. Objects that the run did not
 * reach are only counted.
 */
export function* skippedLines(report: ImagePruneReport): Generator<string> {
  const { plan, outcome } = report;
  const notes = new Notes(report);
  const { digests, images } = plan.snapshot;
  for (const [at, { stream, items }] of plan.streams.entries()) {
    const { status, note, items: codes } = outcome.streams[at]!;
    const key = streamKey(stream);
    if (status === STATUS.skipped) {
      yield line(`image stream ${key}`, note);
      continue;
    }
    for (const { tag, code, entry } of expiredEntries(report, at))
      if (code === STATUS.skipped) yield line(`image stream tag ${key}:${tag}`, entry.reason);
    for (const [item, { tag, position, image }] of items.entries()) {
      if (codes[item] === STATUS.skipped)
        yield line(`tag item ${key}:${tag} at position ${position} (${digests.text(image)})`, notes.item(at, image));
    }
  }
  for (const [at, image] of plan.images.entries()) {
    if (outcome.images[at] === STATUS.skipped)
      yield line(`image ${images.nameText(image)}`, outcome.imageNotes.get(at));
  }
}

/** Counts the objects that the run did not reach. */
export function notReached({ dryRun, plan, outcome }: ImagePruneReport): { images: number; streams: number } {
  if (dryRun) return { images: 0, streams: 0 };
  return {
    images: plan.images.filter((_image, at) => outcome.images[at] === STATUS.planned).length,
    streams: outcome.streams.filter(({ status }) => status === STATUS.planned).length,
  };
}

function line(target: string, reason = DEPENDENCY): string {
  return `  ${target}: ${reason}\n`;
}
