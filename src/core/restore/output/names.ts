import type { RestoreReport } from '../report.js';

/** Lists the images that were restored, or in a dry run would be, as `oc get images -o name` writes them. */
export function* nameLines(
  { plan, outcome }: RestoreReport,
  order: Iterable<number> = plan.images.keys(),
): Generator<string> {
  for (const at of order) {
    const { name } = plan.images[at]!;
    const { status } = outcome.images.get(name)!;
    if (status === 'would-restore' || status === 'restored') yield `image.image.openshift.io/${name}\n`;
  }
}
