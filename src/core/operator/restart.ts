import { RegadmError } from '../model/errors.js';
import { CACHE_OFF } from './cache-off.js';
import type { ClusterApi } from '../cluster/api.js';
import { listRegistryPods, type RegistryPod } from './pods.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { apiError } from '../cluster/api-error.js';
import { DEPLOYMENT_PATH, readDeployment, waitForRollout, type Deployment } from './rollout.js';

/** What `kubectl rollout restart` sets on a Deployment's template. */
export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

export interface RestartOptions {
  /** Written into the annotation. */
  now: Date;
  timeoutMs: number;
  signal?: AbortSignal;
  onProgress(text: string): void;
}

export interface RestartResult {
  /** Names of the pods that were there before; none of them is left. */
  previous: string[];
  /** Names of the ready pods that are there now. */
  pods: string[];
}

/**
 * Replaces every pod of the registry, as `oc rollout restart` does, and waits until none of the old ones is left.
 * An operator may undo the annotation while the roll-out is under way, and pods that were not replaced yet would then stay:
 * those are deleted one after the other, each when the one before is replaced.
 * @throws RegadmError NO_REGISTRY_DEPLOYMENT, ROLLOUT_TIMEOUT, ROLLOUT_STUCK, ApiError; the signal's reason when it aborts
 */
export async function restartRegistry(api: ClusterApi, options: RestartOptions): Promise<RestartResult> {
  const before = await readDeployment(api, options.signal);
  if ((before.spec?.replicas ?? 1) === 0) {
    throw new RegadmError(
      `deployment ${REGISTRY_NAMESPACE}/image-registry has no replicas: there is nothing to restart, and no cache`,
      { code: 'NO_REGISTRY_PODS' },
    );
  }
  const previous = await listRegistryPods(api, options.signal);
  const deadline = performance.now() + options.timeoutMs;
  const stamp = options.now.toISOString();
  const generation = await annotate(api, stamp, options.signal);
  const wait = { ...options, timeoutMs: deadline - performance.now() };
  try {
    return result(previous, await waitForRollout(api, { ...wait, ...annotatedRollout(stamp, generation, previous) }));
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
    options.onProgress(
      'the operator has undone the change of the deployment: deleting the pods that are left one by one',
    );
    return result(previous, await replaceRest(api, previous, deadline, options));
  }
}

/** The operator has taken the annotation away again. */
class Undone extends Error {}

async function annotate(api: ClusterApi, stamp: string, signal?: AbortSignal): Promise<number> {
  const body = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: stamp } } } } };
  const response = await api.request('PATCH', DEPLOYMENT_PATH, {
    body,
    contentType: 'application/merge-patch+json',
    signal,
  });
  if (response.status === 200) return response.json<Deployment>().metadata.generation ?? 0;
  const error = apiError(response, 'cannot restart the registry');
  throw response.status === 403 ? forbidden(error) : error;
}

function forbidden(error: RegadmError): RegadmError {
  return new RegadmError(error.message, {
    code: error.code,
    cause: error,
    suggestions: ['ask somebody who may change deployments in openshift-image-registry to restart it', ...CACHE_OFF],
  });
}

function annotatedRollout(stamp: string, generation: number, previous: RegistryPod[]) {
  return {
    isWanted: (deployment: Deployment): boolean => {
      const { metadata } = (deployment.spec?.template ?? {}) as { metadata?: { annotations?: Record<string, string> } };
      if (metadata?.annotations?.[RESTARTED_AT] === stamp) return true;
      if ((deployment.metadata.generation ?? 0) > generation) throw new Undone();
      return false;
    },
    isNew: isNotOneOf(previous),
  };
}

async function replaceRest(
  api: ClusterApi,
  previous: RegistryPod[],
  deadline: number,
  options: RestartOptions,
): Promise<RegistryPod[]> {
  const wait = (old: RegistryPod[]): Promise<RegistryPod[]> =>
    waitForRollout(api, {
      ...options,
      timeoutMs: deadline - performance.now(),
      isWanted: () => true,
      isNew: isNotOneOf(old),
    });
  for (const pod of previous) {
    await deletePod(api, pod, options.signal);
    await wait([pod]);
  }
  return wait(previous);
}

/** Only that very pod: another one of the same name is a new one. */
async function deletePod(api: ClusterApi, { name, uid }: RegistryPod, signal?: AbortSignal): Promise<void> {
  const path = `/api/v1/namespaces/${REGISTRY_NAMESPACE}/pods/${name}`;
  const response = await api.request('DELETE', path, { body: { preconditions: { uid } }, signal });
  if (![200, 202, 404, 409].includes(response.status))
    throw apiError(response, `cannot delete pod ${REGISTRY_NAMESPACE}/${name}`);
}

function isNotOneOf(pods: RegistryPod[]): (pod: RegistryPod) => boolean {
  const uids = new Set(pods.map(({ uid }) => uid));
  return ({ uid }) => !uids.has(uid);
}

function result(previous: RegistryPod[], pods: RegistryPod[]): RestartResult {
  return { previous: previous.map(({ name }) => name), pods: pods.map(({ name }) => name) };
}

/** The names of the pods that a restart would replace. @throws RegadmError NO_REGISTRY_DEPLOYMENT, ApiError */
export async function planRestart(api: ClusterApi): Promise<string[]> {
  await readDeployment(api);
  return (await listRegistryPods(api)).map(({ name }) => name);
}
