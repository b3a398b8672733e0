import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { findObject } from '../cluster/objects.js';
import type { Reporter } from '../kit/reporter.js';
import { RegadmError } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { isSeenByOperator, readConfig, type RegistryConfig } from './config.js';
import { CONFIG_NAME, DEPLOYMENT } from './objects.js';
import { isReadOnlyEnvironment, isUsable, listRegistryPods, type RegistryPod } from './pods.js';

/** The registry's Deployment, with the fields that show a roll-out. */
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

/** The goal of a roll-out. */
export interface RolloutGoal {
  /** Returns true for the Deployment to roll out; false while the operator has not changed it yet. */
  isWanted(deployment: Deployment): boolean;
  /** Returns true for a new pod. The roll-out is complete when no other pod exists, terminating ones included. */
  isNew(pod: RegistryPod): boolean;
  /** The operator makes the change: nothing is complete until it has acted on the config as it is now. */
  byOperator?: true;
}

interface RolloutOptions extends RolloutGoal {
  timeoutMs: number;
  signal?: AbortSignal;
  /** Receives what the roll-out is waiting for, whenever that changes, and that its progress deadline has passed. */
  reporter: Pick<Reporter, 'progress' | 'warning'>;
}

/** Finds the registry's Deployment; undefined if it does not exist. @throws ApiError */
export function findDeployment(api: ClusterApi, signal?: AbortSignal): Promise<Deployment | undefined> {
  return findObject<Deployment>(api, DEPLOYMENT, { signal });
}

/** Reads the registry's Deployment. @throws RegadmError NO_REGISTRY_DEPLOYMENT, ApiError */
export async function readDeployment(api: ClusterApi, signal?: AbortSignal): Promise<Deployment> {
  const deployment = await findDeployment(api, signal);
  if (deployment) return deployment;
  throw new RegadmError(
    `deployment ${REGISTRY_NAMESPACE}/image-registry does not exist: the registry is not installed`,
    { code: 'NO_REGISTRY_DEPLOYMENT', suggestions: [`check the operator: oc describe ${CONFIG_NAME}`] },
  );
}

/** The goal of a change of the registry's mode. */
export function modeRollout(readOnly: boolean): RolloutGoal {
  return {
    isWanted: ({ spec }) => isReadOnlyEnvironment(spec?.template?.spec as object | undefined) === readOnly,
    isNew: (pod) => pod.readOnly === readOnly,
    byOperator: true,
  };
}

/**
 * First and longest interval between two checks, in ms: short at first for small clusters, then longer to spare the
 * server.
 */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/**
 * Waits until the registry's Deployment has rolled out and only ready new pods exist. The Deployment's own progress
 * deadline is only reported: the operator sets it shorter than a slow pull of the image takes.
 * @returns those pods
 * @throws RegadmError ROLLOUT_TIMEOUT; ROLLOUT_STUCK if the progress deadline has passed too; the signal's reason when
 *   it aborts
 */
export async function waitForRollout(api: ClusterApi, options: RolloutOptions): Promise<RegistryPod[]> {
  const { reporter } = options;
  const deadline = performance.now() + options.timeoutMs;
  let reported = '';
  let reportedStuck = '';
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 1.5, LONGEST_PAUSE_MS)) {
    options.signal?.throwIfAborted();
    // Before the Deployment: what the operator has seen is in the Deployment then.
    const unseen = options.byOperator && unseenByOperator((await readConfig(api, options.signal)).config);
    const deployment = await readDeployment(api, options.signal);
    const pods = await listRegistryPods(api, options.signal);
    const missing = unseen || missingForRollout(deployment, pods, options);
    if (!missing) return pods;
    if (missing !== reported) reporter.progress((reported = missing));
    const stuck = stuckReason(deployment, options);
    if (stuck && stuck !== reportedStuck)
      reporter.warning(`the roll-out of the registry is slow: ${(reportedStuck = stuck)}; regadm continues to wait`);
    if (performance.now() > deadline) throw timeoutError(missing, stuck, pods);
    await sleep(pause, undefined, { signal: options.signal });
  }
}

/** Describes that the operator has not acted on its config yet; undefined when it has. */
export function unseenByOperator(config: RegistryConfig): string | undefined {
  return isSeenByOperator(config) ? undefined : 'waiting for the operator to act on its config';
}

/**
 * Describes what a roll-out is waiting for, as the Deployment and the pods show it; undefined when it is complete.
 */
export function missingForRollout(
  deployment: Deployment,
  pods: RegistryPod[],
  { isWanted, isNew }: RolloutGoal,
): string | undefined {
  const { status = {} } = deployment;
  const replicas = deployment.spec?.replicas ?? 1;
  if (!isWanted(deployment)) return 'waiting for the operator to change the deployment';
  if (!isObserved(deployment)) return 'waiting for the deployment controller';
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

/** True if the status is that of the current spec. */
function isObserved({ metadata, status }: Deployment): boolean {
  return (status?.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

function describePod({ name, phase, terminating }: RegistryPod): string {
  return `${name} (${terminating ? 'terminating' : phase})`;
}

/** Returns the Deployment's message that its progress deadline has passed; undefined if it has not. */
function stuckReason(deployment: Deployment, { isWanted }: RolloutGoal): string | undefined {
  if (!isWanted(deployment) || !isObserved(deployment)) return undefined;
  const condition = deployment.status?.conditions?.find(
    ({ type, status, reason }) => type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded',
  );
  return condition && (condition.message ?? condition.reason);
}

function timeoutError(missing: string, stuck: string | undefined, pods: RegistryPod[]): RegadmError {
  const message = stuck
    ? `the roll-out of the registry is stuck: ${stuck}`
    : `the registry has not rolled out in time: ${missing}`;
  const troubles = pods.filter(({ trouble }) => trouble).map(({ name, trouble }) => `pod ${name}: ${trouble}`);
  return new RegadmError(message, {
    code: stuck ? 'ROLLOUT_STUCK' : 'ROLLOUT_TIMEOUT',
    suggestions: [...troubles, `follow it: oc -n ${REGISTRY_NAMESPACE} rollout status deployment/image-registry`],
  });
}
