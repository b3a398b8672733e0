import { describePermission, reviewAccess, type Permission } from '../../cluster/access-review.js';
import { mapParallel } from '../../kit/parallel.js';
import { RegadmError } from '../../model/errors.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
import type { LostImage } from './types.js';

/** Maximum concurrent access reviews. */
const CONCURRENCY = 4;

const GROUP = 'image.openshift.io';
const ROLE = 'regadm-create-images';
const GRANT_IMAGES = `grant it: oc create clusterrole ${ROLE} --verb=create --resource=images.${GROUP} && oc adm policy add-cluster-role-to-user ${ROLE} USER`;

/**
 * Checks that the user may list the images in the streams of their repositories, create streams, and create the Image
 * objects of children of an index.
 * @throws RegadmError FORBIDDEN with the commands that grant what is missing, before anything is changed
 */
export async function assertMayRecover({ api, signal }: ClusterPorts, lost: readonly LostImage[]): Promise<void> {
  const complete = lost.filter(({ missing }) => missing.length === 0);
  const tagged = complete.filter(({ index }) => index === undefined);
  const namespaces = [...new Set(tagged.map(({ repository }) => repository.split('/', 1)[0]!))].sort();
  const needed = namespaces.flatMap((namespace) =>
    ['imagestreammappings', 'imagestreams'].map((resource): Permission => ({
      verb: 'create',
      group: GROUP,
      resource,
      namespace,
    })),
  );
  if (tagged.length < complete.length) needed.push({ verb: 'create', group: GROUP, resource: 'images' });
  const reviews = await mapParallel(needed, CONCURRENCY, (permission) => reviewAccess(api, permission, signal));
  const denied = needed.filter((_, at) => reviews[at]!.access === 'denied');
  if (denied.length === 0) return;
  const grants = denied.map(({ namespace }) =>
    namespace === undefined
      ? GRANT_IMAGES
      : `grant it: oc policy add-role-to-user registry-editor USER -n ${namespace}`,
  );
  throw new RegadmError(`the user may not ${denied.map(describePermission).join(', ')}`, {
    code: 'FORBIDDEN',
    suggestions: [...new Set(grants)],
  });
}
