import type { ObjectReference } from '../cluster/objects.js';
import { CONFIG_MAPS } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

/** Name of the Job that verifies the registry, and of most objects that are printed with it. */
export const VERIFY_APP = 'regadm-verify';

/** Maximum number of pods of a Job: each of them lists the whole cluster and the whole storage. */
export const MAX_SHARDS = 100;

/** Key of the document in its ConfigMap. */
export const RESULT_KEY = 'verification.json.gz';

/**
 * Returns the ConfigMap with the document of one pod. Its name is the same in every run, so that a role can name it.
 * @param index of the pod, 0-based
 */
export function resultNamed(index: number): ObjectReference {
  return { resource: CONFIG_MAPS, namespace: REGISTRY_NAMESPACE, name: `${VERIFY_APP}-${index}` };
}
