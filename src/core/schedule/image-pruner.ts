import { apiError } from '../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { describeObject, findObject, objectPath } from '../cluster/objects.js';
import { defineResource } from '../cluster/resources.js';
import { RegadmError } from '../model/errors.js';
import type { PrunerPatch, PrunerSpec } from './pruner-spec.js';
import type { Condition } from './report.js';

const IMAGE_PRUNERS = defineResource('imageregistry.operator.openshift.io/v1', 'imagepruners', 'ImagePruner', {
  namespaced: false,
});
const PRUNER = { resource: IMAGE_PRUNERS, name: 'cluster' };
export const PRUNER_NAME = describeObject(PRUNER);

/** Maximum attempts when a concurrent update causes a conflict. */
const MAX_ATTEMPTS = 5;

/** The object that configures the cluster's own pruning. */
export interface ImagePruner extends KubeObject {
  spec?: PrunerSpec;
  status?: { conditions?: Condition[]; [key: string]: unknown };
}

/** Reads the settings of the cluster's own pruning. @throws RegadmError NO_IMAGE_PRUNER, ApiError */
export async function readImagePruner(api: ClusterApi): Promise<ImagePruner> {
  const pruner = await findObject<ImagePruner>(api, PRUNER);
  if (pruner) return pruner;
  throw new RegadmError(`${PRUNER_NAME} does not exist: this cluster has no pruning of its own`, {
    code: 'NO_IMAGE_PRUNER',
    suggestions: ['let regadm prune instead: regadm prune schedule --cronjob --image IMAGE | oc create -f -'],
  });
}

/**
 * Changes the settings with a merge patch that is valid only for the version that `change` has seen. After a concurrent
 * update, `change` is called again.
 * @param change returns the merge patch of the spec, or undefined if there is nothing to change; it can throw to refuse
 * @throws RegadmError NO_IMAGE_PRUNER, ApiError
 */
export async function changeImagePruner(
  api: ClusterApi,
  change: (pruner: ImagePruner) => PrunerPatch | undefined,
): Promise<ImagePruner> {
  for (let attempt = 1; ; attempt++) {
    const pruner = await readImagePruner(api);
    const spec = change(pruner);
    if (!spec) return pruner;
    const body = { metadata: { resourceVersion: pruner.metadata.resourceVersion }, spec };
    const path = objectPath(IMAGE_PRUNERS, PRUNER.name);
    const response = await api.request('PATCH', path, { body, contentType: 'application/merge-patch+json' });
    if (response.status === 200) return response.json<ImagePruner>();
    if (response.status !== 409 || attempt === MAX_ATTEMPTS) throw apiError(response, `cannot change ${PRUNER_NAME}`);
  }
}
