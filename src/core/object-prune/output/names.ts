import { qualifiedName } from '../../cluster/resources.js';
import type { ObjectPruneReport } from '../report.js';

/** Lists what is deleted as `oc get … -o name` writes it: `build.build.openshift.io/app-1`. */
export function* nameLines(report: ObjectPruneReport): Generator<string> {
  const { kinds } = report.feature;
  for (const { kind, name } of deletedObjects(report)) {
    const { group } = kinds[kind]!.resource;
    yield `${qualifiedName({ group, resource: kind.toLowerCase() })}/${name}\n`;
  }
}

/** Returns the objects that were deleted, or in a dry run would be. */
export function* deletedObjects({ plan, statuses }: ObjectPruneReport) {
  for (const [at, { object }] of plan.deletions.entries()) {
    const { status } = statuses[at]!;
    if (status === 'would-delete' || status === 'deleted' || status === 'gone') yield object;
  }
}
