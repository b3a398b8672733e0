import type { ImagePruneReport } from '../report.js';
import { isDone } from '../summary.js';

/** Lists the images that are deleted, as `oc … -o name` writes them. */
export function* nameLines({ plan, outcome, dryRun }: ImagePruneReport): Generator<string> {
  for (const [at, image] of plan.images.entries()) {
    if (isDone(outcome.images[at]!, dryRun)) yield `image.image.openshift.io/${plan.snapshot.images.nameText(image)}\n`;
  }
}
