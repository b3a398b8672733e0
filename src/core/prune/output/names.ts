import type { ImagePruneReport } from '../report.js';
import { isDone } from '../summary.js';

/** Lists the images that are deleted, as `oc … -o name` writes them. */
export function* nameLines(
  { plan, outcome, dryRun }: ImagePruneReport,
  order: Iterable<number> = plan.images.keys(),
): Generator<string> {
  const { images } = plan.snapshot;
  for (const at of order) {
    if (isDone(outcome.images[at]!, dryRun)) yield `image.image.openshift.io/${images.nameText(plan.images[at]!)}\n`;
  }
}
