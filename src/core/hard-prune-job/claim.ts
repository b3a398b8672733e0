import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { findIfReadable, findObject } from '../cluster/objects.js';
import { NAMESPACES } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { claimNamed } from '../operator/objects.js';
import type { Deployment } from '../operator/rollout.js';
import { notPossible, onlyInPod } from './not-possible.js';
import type { ClaimMount } from './place.js';
import { mountOf, registrySecurityContext } from './registry-pod.js';

/**
 * Reads how a Job mounts the claim of the registry.
 * @throws RegadmError JOB_NOT_POSSIBLE if it cannot; ApiError
 */
export async function readClaimMount(
  api: ClusterApi,
  claim: string,
  deployment: Deployment,
  signal?: AbortSignal,
): Promise<ClaimMount> {
  const mount = mountOf(deployment, claim);
  if (!mount)
    throw notPossible(
      `the Deployment of the registry does not mount claim ${claim}`,
      'wait until the operator has rolled the registry out: oc get clusteroperator image-registry',
    );
  const [object, namespace] = await Promise.all([
    findObject(api, claimNamed(claim), { signal }),
    findIfReadable(api, { resource: NAMESPACES, name: REGISTRY_NAMESPACE }, { signal }),
  ]);
  return {
    claim,
    ...mount,
    isOnOneNode: isOnOneNode(claim, object),
    securityContext: registrySecurityContext(deployment, namespace?.metadata.annotations ?? {}),
  };
}

/** @throws RegadmError JOB_NOT_POSSIBLE if a second pod cannot mount the claim */
function isOnOneNode(claim: string, object: KubeObject | undefined): boolean {
  const show = `see why: oc -n ${REGISTRY_NAMESPACE} describe pvc ${claim}`;
  if (!object) throw notPossible(`claim ${claim} of the registry does not exist in ${REGISTRY_NAMESPACE}`, show);
  const phase = object.status?.phase;
  if (phase !== 'Bound') throw notPossible(`claim ${claim} is ${phase ?? 'new'}, not Bound`, show);
  const modes = (object.status?.accessModes ?? object.spec?.accessModes ?? []) as string[];
  if (modes.includes('ReadWriteMany')) return false;
  if (modes.includes('ReadWriteOnce')) return true;
  const stated = modes.join(', ') || 'stated nowhere';
  throw onlyInPod(`only the registry's pod can change the volume of claim ${claim} (access mode ${stated})`);
}
