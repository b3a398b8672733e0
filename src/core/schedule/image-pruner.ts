import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { changeObject } from '../cluster/change-object.js';
import { describeObject, findReading, type Reading } from '../cluster/objects.js';
import { defineResource } from '../cluster/resources.js';
import { RegadmError } from '../model/errors.js';
import type { PrunerPatch, PrunerSpec } from './pruner-spec.js';
import type { Condition } from '../model/kube.js';

const IMAGE_PRUNERS = defineResource('imageregistry.operator.openshift.io/v1', 'imagepruners', 'ImagePruner', {
  namespaced: false,
});
/** The object that configures the cluster's own pruning. */
export const PRUNER = { resource: IMAGE_PRUNERS, name: 'cluster' };
const PRUNER_NAME = describeObject(PRUNER);

/** That object, with the settings that regadm knows. */
export interface ImagePruner extends KubeObject {
  spec?: PrunerSpec;
  status?: { conditions?: Condition[]; [key: string]: unknown };
}

/** Reads the settings of the cluster's own pruning. @throws RegadmError NO_IMAGE_PRUNER, ApiError */
export async function readImagePruner(api: ClusterApi): Promise<ImagePruner> {
  return (await readObject(api)).object;
}

async function readObject(api: ClusterApi): Promise<Reading<ImagePruner>> {
  const reading = await findReading<ImagePruner>(api, PRUNER);
  if (reading) return reading;
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
  const changed = await changeObject<ImagePruner>(api, PRUNER, {
    read: () => readObject(api),
    patch: ({ object }) => {
      const spec = change(object);
      return spec && { spec };
    },
  });
  return changed.object;
}
