import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { isForbidden, type ApiError } from '../cluster/api-error.js';
import { describeObject, findIfReadable, findObject } from '../cluster/objects.js';
import { NAMESPACES } from '../cluster/resources.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { claimNamed } from '../operator/objects.js';
import type { Deployment } from '../operator/rollout.js';
import { notPossible } from './not-possible.js';
import type { ClaimMount } from './place.js';
import { mountOf, registrySecurityContext, userProblem } from './registry-pod.js';
import type { JobKind } from './request.js';

/**
 * Reads how a Job mounts the claim of the registry.
 * @throws RegadmError JOB_NOT_POSSIBLE if it cannot, FORBIDDEN; ApiError
 */
export async function readClaimMount(
  api: ClusterApi,
  claim: string,
  { deployment, job, signal }: { deployment: Deployment; job: JobKind; signal?: AbortSignal },
): Promise<ClaimMount> {
  const mount = mountOf(deployment, claim);
  if (!mount)
    throw notPossible(
      job,
      `the Deployment of the registry does not mount claim ${claim}`,
      'wait until the operator has rolled the registry out: oc get clusteroperator image-registry',
    );
  const [object, namespace] = await Promise.all([
    readClaim(api, claim, signal),
    findIfReadable(api, { resource: NAMESPACES, name: REGISTRY_NAMESPACE }, { signal }),
  ]);
  const annotations = namespace?.metadata.annotations ?? {};
  const problem = userProblem(deployment, annotations, job);
  return {
    claim,
    ...mount,
    isOnOneNode: isOnOneNode(claim, object, job),
    securityContext: registrySecurityContext(deployment, annotations),
    warnings: problem === undefined ? [] : [problem],
  };
}

/** @throws RegadmError FORBIDDEN that names the permission; ApiError */
async function readClaim(api: ClusterApi, claim: string, signal?: AbortSignal): Promise<KubeObject | undefined> {
  const reference = claimNamed(claim);
  try {
    return await findObject(api, reference, { signal });
  } catch (error) {
    if (!isForbidden(error)) throw error;
    const { resource, namespace = REGISTRY_NAMESPACE, name } = reference;
    throw new RegadmError(
      `the volume of the registry cannot be read: the permission to get ${describeObject(reference)} is missing: ${(error as ApiError).answer}`,
      {
        code: 'FORBIDDEN',
        suggestions: [ADVICE.grantReading({ resource: resource.resource, namespace, name })],
        cause: error,
      },
    );
  }
}

/** @throws RegadmError JOB_NOT_POSSIBLE if a second pod cannot mount the claim */
function isOnOneNode(claim: string, object: KubeObject | undefined, job: JobKind): boolean {
  const show = `see why: oc -n ${REGISTRY_NAMESPACE} describe pvc ${claim}`;
  if (!object) throw notPossible(job, `claim ${claim} of the registry does not exist in ${REGISTRY_NAMESPACE}`, show);
  const phase = object.status?.phase;
  if (phase !== 'Bound') throw notPossible(job, `claim ${claim} is ${phase ?? 'new'}, not Bound`, show);
  if (object.spec?.volumeMode === 'Block')
    throw notPossible(job, `claim ${claim} is a block device (volumeMode Block), which has no directories`, show);
  const modes = modesOf(object);
  if (modes.includes(ONE_POD))
    throw notPossible(job, `only the registry's pod can use ${stated(claim, modes)}`, job.instead);
  if (modes.includes('ReadWriteMany')) return false;
  if (modes.includes('ReadWriteOnce')) return true;
  if (job.onlyReads && modes.includes('ReadOnlyMany')) return false;
  throw notPossible(
    job,
    `nothing can ${job.onlyReads ? 'mount' : 'change'} ${stated(claim, modes)}`,
    'give the registry a claim that it can change: ReadWriteMany, or ReadWriteOnce',
  );
}

/** A volume that Kubernetes gives to one pod only, whatever other modes are stated. */
const ONE_POD = 'ReadWriteOncePod';

/** Returns the access modes of the bound volume; besides, the claim can ask for one pod only. */
function modesOf({ spec, status }: KubeObject): string[] {
  const asked = (spec?.accessModes ?? []) as string[];
  const bound = (status?.accessModes ?? []) as string[];
  const all = bound.length > 0 ? bound : asked;
  return asked.includes(ONE_POD) && !all.includes(ONE_POD) ? [...all, ONE_POD] : all;
}

function stated(claim: string, modes: string[]): string {
  const list = modes.length > 0 ? `access mode ${modes.join(', ')}` : 'it states no access mode';
  return `the volume of claim ${claim} (${list})`;
}
