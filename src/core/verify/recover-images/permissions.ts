import { describePermission, reviewAccess, type Permission } from '../../cluster/access-review.js';
import { mapParallel } from '../../kit/parallel.js';
import { RegadmError } from '../../model/errors.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
import type { LostImage } from './types.js';

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;

/**
 * Checks that the user may list the images in the streams of their repositories, and create streams.
 * @throws RegadmError FORBIDDEN with the commands that grant what is missing, before anything is changed
 */
export async function assertMayRecover({ api, signal }: ClusterPorts, lost: readonly LostImage[]): Promise<void> {
  const complete = lost.filter(({ missing, index }) => missing.length === 0 && index === undefined);
  const namespaces = [...new Set(complete.map(({ repository }) => repository.split('/', 1)[0]!))].sort();
  const needed = namespaces.flatMap((namespace) =>
    ['imagestreammappings', 'imagestreams'].map((resource): Permission => ({
      verb: 'create',
      group: 'image.openshift.io',
      resource,
      namespace,
    })),
  );
  const reviews = await mapParallel(needed, CONCURRENCY, (permission) => reviewAccess(api, permission, signal));
  const denied = needed.filter((_, at) => reviews[at]!.access === 'denied');
  if (denied.length === 0) return;
  const grants = denied.map(
    ({ namespace }) => `grant it: oc policy add-role-to-user registry-editor USER -n ${namespace}`,
  );
  throw new RegadmError(`the user may not ${denied.map(describePermission).join(', ')}`, {
    code: 'FORBIDDEN',
    suggestions: [...new Set(grants)],
  });
}
