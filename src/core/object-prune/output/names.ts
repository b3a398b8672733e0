import { qualifiedName } from '../../cluster/resources.js';
import type { ObjectPruneReport } from '../report.js';

/** Lists what is deleted as `oc get … -o name` writes it: `build.build.openshift.io/app-1`. */
export function* nameLines(report: ObjectPruneReport, order?: readonly number[]): Generator<string> {
  const { kinds } = report.feature;
  for (const { kind, name } of deletedObjects(report, order)) {
    const { group } = kinds[kind]!.resource;
    yield `${qualifiedName({ group, resource: kind.toLowerCase() })}/${name}\n`;
  }
}

/** Returns the objects that were deleted, or in a dry run would be. */
export function* deletedObjects(
  { plan, statuses }: ObjectPruneReport,
  order: Iterable<number> = plan.deletions.keys(),
) {
  for (const at of order) {
    const { object } = plan.deletions[at]!;
    const { status } = statuses[at]!;
    if (status === 'would-delete' || status === 'deleted' || status === 'gone') yield object;
  }
}
