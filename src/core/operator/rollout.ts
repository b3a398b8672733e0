import type { ErrorCode } from '../model/error-codes.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegadmError } from '../model/errors.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { isReadOnlyEnvironment, isUsable, listRegistryPods, type RegistryPod } from './pods.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

export const DEPLOYMENT_PATH = `/apis/apps/v1/namespaces/${REGISTRY_NAMESPACE}/deployments/image-registry`;

/** The registry's Deployment, as far as a roll-out shows in it. */
export interface Deployment extends KubeObject {
  spec?: {
    replicas?: number;
    template?: { spec?: { serviceAccountName?: string }; [key: string]: unknown };
    [key: string]: unknown;
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
    [key: string]: unknown;
  };
}

export interface RolloutOptions {
  /** True for the Deployment that is to be rolled out: until it is, the operator has not acted yet. */
  isWanted(deployment: Deployment): boolean;
  /** True for a pod of the new kind. The roll-out is over when no other pod exists any more, terminating ones included. */
  isNew(pod: RegistryPod): boolean;
  timeoutMs: number;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

/** Reads the registry's Deployment. @throws RegadmError NO_REGISTRY_DEPLOYMENT, ApiError */
export async function readDeployment(api: ClusterApi, signal?: AbortSignal): Promise<Deployment> {
  try {
    return await api.get<Deployment>(DEPLOYMENT_PATH, { signal });
  } catch (error) {
    if ((error as { status?: number }).status !== 404) throw error;
    throw new RegadmError(
      `deployment ${REGISTRY_NAMESPACE}/image-registry does not exist: the registry is not installed`,
      {
        code: 'NO_REGISTRY_DEPLOYMENT',
        suggestions: ['look at the operator: oc describe configs.imageregistry.operator.openshift.io/cluster'],
        cause: error,
      },
    );
  }
}

/** What `waitForRollout` waits for when the registry changes its mode. */
export function modeRollout(readOnly: boolean): Pick<RolloutOptions, 'isWanted' | 'isNew'> {
  return {
    isWanted: (deployment) => isReadOnlyEnvironment(deployment.spec?.template?.spec as object | undefined) === readOnly,
    isNew: (pod) => pod.readOnly === readOnly,
  };
}

/** Between two looks: short at first, for small clusters and tests; then kind to the server. */
const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 2000;

/**
 * Waits until the registry's Deployment has rolled out and only ready pods of the new kind exist.
 * @returns those pods
 * @throws RegadmError ROLLOUT_TIMEOUT, ROLLOUT_STUCK (the Deployment's progress deadline has passed); the signal's reason when it aborts
 */
export async function waitForRollout(api: ClusterApi, options: RolloutOptions): Promise<RegistryPod[]> {
  const deadline = performance.now() + options.timeoutMs;
  let said = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LAST_PAUSE_MS)) {
    options.signal?.throwIfAborted();
    const deployment = await readDeployment(api, options.signal);
    const pods = await listRegistryPods(api, options.signal);
    const missing = whatIsMissing(deployment, pods, options);
    if (!missing) return pods;
    if (missing !== said) options.onProgress?.((said = missing));
    const stuck = stuckBecause(deployment, options);
    if (stuck) throw rolloutError('ROLLOUT_STUCK', `the roll-out of the registry is stuck: ${stuck}`, pods);
    if (performance.now() > deadline)
      throw rolloutError('ROLLOUT_TIMEOUT', `the registry has not rolled out in time: ${missing}`, pods);
    await sleep(pause, undefined, { signal: options.signal });
  }
}

/** What a roll-out still lacks, in words; undefined when it is complete. */
export function whatIsMissing(
  deployment: Deployment,
  pods: RegistryPod[],
  { isWanted, isNew }: Pick<RolloutOptions, 'isWanted' | 'isNew'>,
): string | undefined {
  const { status = {}, metadata } = deployment;
  const replicas = deployment.spec?.replicas ?? 1;
  if (!isWanted(deployment)) return 'the operator has not changed the deployment yet';
  if ((status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'the deployment has not been noticed yet';
  const updated = status.updatedReplicas ?? 0;
  const available = status.availableReplicas ?? 0;
  const old = pods.filter((pod) => !isNew(pod));
  if (old.length > 0)
    return `${updated} of ${replicas} pods are new; ${old.length} old: ${old.map(describePod).join(', ')}`;
  if (updated < replicas || available < replicas || (status.replicas ?? 0) > replicas)
    return `${available} of ${replicas} pods are available`;
  const usable = pods.filter(isUsable).length;
  return usable < replicas ? `${usable} of ${replicas} pods are ready` : undefined;
}

function describePod(pod: RegistryPod): string {
  return `${pod.name} (${pod.terminating ? 'terminating' : pod.phase})`;
}

function stuckBecause(deployment: Deployment, { isWanted }: RolloutOptions): string | undefined {
  if (!isWanted(deployment) || (deployment.status?.observedGeneration ?? 0) < (deployment.metadata.generation ?? 0))
    return undefined;
  const condition = deployment.status?.conditions?.find(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
  return condition && (condition.message ?? condition.reason);
}

function rolloutError(code: ErrorCode, message: string, pods: RegistryPod[]): RegadmError {
  const troubles = pods.filter(({ trouble }) => trouble).map(({ name, trouble }) => `pod ${name}: ${trouble}`);
  return new RegadmError(message, {
    code,
    suggestions: [...troubles, `look at it: oc -n ${REGISTRY_NAMESPACE} rollout status deployment/image-registry`],
  });
}
