import type { ImagePruneReport } from '../report.js';
import { isDone } from './status.js';

/** The images that go, or in a confirmed run went, as `oc … -o name` writes them. */
export function* nameLines({ plan, outcome, dryRun }: ImagePruneReport): Generator<string> {
  for (const [at, image] of plan.images.entries()) {
    if (isDone(outcome.images[at]!, dryRun)) yield `image.image.openshift.io/${plan.snapshot.images.nameText(image)}\n`;
  }
}
