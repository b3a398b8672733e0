import type { Family } from '../../terminal/metrics/family.js';
import { pruneMetrics, tally, type Tally } from '../../terminal/metrics/prune.js';
import type { ImagePruneReport } from '../report.js';
import { deletionStatus } from './status.js';

/** Returns the metrics of a run of `prune images`. */
export function imagePruneMetrics({ dryRun, plan, outcome, failures }: ImagePruneReport): Family[] {
  const { images, blobs, streams } = outcome;
  const sizeOf = (index: number): number => plan.snapshot.images.blobSize(plan.blobs[index]!);
  const count = (codes: Iterable<number>, amountOf?: (index: number) => number): Tally =>
    tally(resultsOf(codes, dryRun), dryRun, amountOf);
  return pruneMetrics({
    objects: {
      image: count(images),
      tag_item: count(streams.flatMap(({ items }) => [...items])),
      ...(plan.options.policy ? { tag: count(streams.flatMap(({ expired }) => [...expired])) } : {}),
      layer_link: count(streams.flatMap(({ layerLinks }) => [...layerLinks])),
      manifest_link: count(streams.flatMap(({ manifestLinks }) => [...manifestLinks])),
      blob: count(blobs),
    },
    blobBytes: count(blobs, sizeOf),
    failures: failures.length,
  });
}

function* resultsOf(codes: Iterable<number>, dryRun: boolean) {
  for (const code of codes) yield deletionStatus(code, dryRun, () => undefined).status;
}
