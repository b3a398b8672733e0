import { STATUS } from './outcome.js';
import type { ImagePruneSummary } from './output/document-type.js';
import type { ImagePruneReport } from './report.js';

/** Counts the entries of a report. Objects that no longer existed count as done, as `oc` counts 404s. */
export function summarize({
  dryRun,
  plan,
  outcome,
  failures,
  backup,
}: Pick<ImagePruneReport, 'dryRun' | 'plan' | 'outcome' | 'failures' | 'backup'>): ImagePruneSummary {
  const isCounted = (code: number): boolean => isDone(code, dryRun);
  // Objects that a confirmed run did not reach are reported as skipped.
  const isSkipped = (code: number): boolean => code === STATUS.skipped || (!dryRun && code === STATUS.planned);
  const { streams } = outcome;
  const sumOfStreams = (count: (index: number) => number): number =>
    streams.reduce((total, _stream, index) => total + count(index), 0);
  return {
    images: countOf(outcome.images, isCounted),
    imageStreams: sumOfStreams((index) =>
      plan.streams[index]!.items.length > 0 && isCounted(streams[index]!.status) ? 1 : 0,
    ),
    imageStreamTagItems: sumOfStreams((index) => countOf(streams[index]!.items, isCounted)),
    ...(plan.options.policy
      ? { imageStreamTags: sumOfStreams((index) => countOf(streams[index]!.expired, isCounted)) }
      : {}),
    layerLinks: sumOfStreams((index) => countOf(streams[index]!.layerLinks, isCounted)),
    manifestLinks: sumOfStreams((index) => countOf(streams[index]!.manifestLinks, isCounted)),
    blobs: countOf(outcome.blobs, isCounted),
    bytes: plan.blobs.reduce(
      (total, blob, index) => total + (isCounted(outcome.blobs[index]!) ? plan.snapshot.images.blobSize(blob) : 0),
      0,
    ),
    failed: failures.length,
    skipped: countOf(outcome.images, isSkipped) + sumOfStreams((index) => countOf(streams[index]!.items, isSkipped)),
    ...(backup ? { saved: backup.saved, notSaved: backup.notSaved } : {}),
  };
}

/** True if an entry counts as done, or in a dry run as what would be done. */
export function isDone(code: number, dryRun: boolean): boolean {
  return dryRun ? code === STATUS.planned : code === STATUS.deleted || code === STATUS.gone;
}

function countOf(codes: Uint8Array, isCounted: (code: number) => boolean): number {
  return codes.reduce((sum, code) => sum + (isCounted(code) ? 1 : 0), 0);
}
