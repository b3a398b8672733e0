import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import { conditionsOf } from '../model/kube.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { isAbsent } from '../model/values/json.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { listObjects } from '../cluster/objects.js';
import { PODS } from '../cluster/resources.js';
import { REMOVED, managementState, readConfigIfAllowed } from './config.js';
import { blobCacheOf, type BlobCache } from './blob-cache.js';
import { settingIn, type Environment } from './pod-environment.js';

/** The environment variable with which the operator starts a registry in read-only mode. */
const READ_ONLY_VARIABLE = 'REGISTRY_STORAGE_MAINTENANCE_READONLY';

/** A pod of the registry. */
export interface RegistryPod {
  name: string;
  uid: string;
  phase: string;
  ready: boolean;
  /** True if it is being deleted; its containers can still run. */
  terminating: boolean;
  /** Mode in which it was started, from its environment. */
  readOnly: boolean;
  /** Name of the container that runs the registry. */
  container?: string;
  /** Changes when the container restarts. */
  containerId?: string;
  /** True if it keeps its blob cache in Redis, which outlives roll-outs. */
  usesRedis: boolean;
  /** Why it does not run, as the cluster states it. */
  trouble?: string;
}

interface PodSpec {
  containers?: (Environment & { name: string })[];
}

interface ContainerStatus {
  name: string;
  containerID?: string;
  state?: { waiting?: { reason?: string; message?: string } };
}

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: ContainerStatus[];
}

/** Lists the registry's pods, except those that have ended (Succeeded, Failed). @throws ApiError */
export async function listRegistryPods(api: ClusterApi, signal?: AbortSignal): Promise<RegistryPod[]> {
  return (await listRegistryPodObjects(api, signal)).map(toRegistryPod);
}

/** Lists the same pods as whole objects. @throws ApiError */
export async function listRegistryPodObjects(api: ClusterApi, signal?: AbortSignal): Promise<KubeObject[]> {
  const options = { namespace: REGISTRY_NAMESPACE, labelSelector: 'docker-registry=default', signal };
  return (await listObjects(api, PODS, options)).filter((pod) => !hasEnded(pod));
}

/**
 * Finds exactly this pod of the registry's namespace, whatever its labels are. Asks with a list, because that takes no
 * permission besides the one to find the registry's pods.
 * @returns undefined when it no longer exists
 * @throws ApiError
 */
export async function findPodObject(
  api: ClusterApi,
  { name, uid }: { name: string; uid: string },
  signal?: AbortSignal,
): Promise<KubeObject | undefined> {
  const options = { namespace: REGISTRY_NAMESPACE, fieldSelector: `metadata.name=${name}`, signal };
  return (await listObjects(api, PODS, options)).find(({ metadata }) => metadata.uid === uid);
}

/** Finds exactly this pod; undefined when it, or its containers, no longer run. @throws ApiError */
export async function findRunningPod(
  api: ClusterApi,
  pod: { name: string; uid: string },
): Promise<RegistryPod | undefined> {
  const object = await findPodObject(api, pod);
  return object && !hasEnded(object) ? toRegistryPod(object) : undefined;
}

/** True if the cluster states that all containers of a pod have ended. */
export function hasEnded({ status }: KubeObject): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

/** True unless a pod is being deleted. */
export function isStaying({ metadata }: KubeObject): boolean {
  return isAbsent(metadata.deletionTimestamp);
}

/** True when a pod has the condition Ready. */
export function isReady(pod: KubeObject): boolean {
  return conditionsOf(pod).some(({ type, status }) => type === 'Ready' && status === 'True');
}

/** True if the environment of the registry's container sets read-only mode. */
export function isReadOnlyEnvironment(spec: PodSpec | undefined): boolean {
  const { value } = settingIn(registryContainer(spec), READ_ONLY_VARIABLE);
  return value !== undefined && /enabled["']?\s*:\s*["']?true/.test(value);
}

/** True when a command can be run in a pod. */
export function isUsable({ phase, ready, terminating }: RegistryPod): boolean {
  return phase === 'Running' && ready && !terminating;
}

/**
 * Picks a pod to run the registry's pruner in.
 * @param name the pod to use; undefined: any that is Running and Ready
 * @throws RegadmError NO_REGISTRY_POD
 */
export async function pickPod(api: ClusterApi, name: string | undefined): Promise<RegistryPod> {
  const pods = await listRegistryPods(api);
  const pod = name === undefined ? pods.find(isUsable) : pods.find((candidate) => candidate.name === name);
  if (pod && isUsable(pod)) return pod;
  const { config } = await readConfigIfAllowed(api);
  const isRemoved = config !== undefined && managementState(config) === 'Removed';
  const problem =
    name === undefined
      ? `no running and ready registry pod (label docker-registry=default in ${REGISTRY_NAMESPACE})`
      : `pod ${REGISTRY_NAMESPACE}/${name} is not a running and ready registry pod`;
  const advice = name === undefined ? ADVICE.storageWithoutPod : ADVICE.anyPod;
  throw new RegadmError(isRemoved ? `${REMOVED}: ${problem}` : problem, {
    code: 'NO_REGISTRY_POD',
    suggestions: [...pods.map(describeState), isRemoved ? ADVICE.storageOfNoRegistry : advice],
  });
}

function describeState({ name, phase, ready, terminating }: RegistryPod): string {
  return `${name} is ${terminating ? 'terminating' : phase}${ready ? '' : ', not ready'}`;
}

function toRegistryPod(object: KubeObject): RegistryPod {
  const spec = object.spec as PodSpec | undefined;
  const status = object.status as PodStatus | undefined;
  const container = registryContainer(spec);
  return {
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    phase: status?.phase ?? 'Unknown',
    ready: isReady(object),
    terminating: object.metadata.deletionTimestamp !== undefined,
    readOnly: isReadOnlyEnvironment(spec),
    container: container?.name,
    containerId: status?.containerStatuses?.find(({ name }) => name === container?.name)?.containerID,
    usesRedis: blobCacheOf(container).kind === 'redis',
    trouble: troubleOf(status),
  };
}

/** Returns where the registry in a pod remembers which blobs exist. */
export function blobCacheIn({ spec }: KubeObject): BlobCache {
  return blobCacheOf(registryContainer(spec as PodSpec | undefined));
}

function registryContainer(spec: PodSpec | undefined): NonNullable<PodSpec['containers']>[number] | undefined {
  return spec?.containers?.find(({ name }) => name === 'registry') ?? spec?.containers?.[0];
}

function troubleOf(status: PodStatus | undefined): string | undefined {
  const waiting = status?.containerStatuses
    ?.map(({ state }) => state?.waiting)
    .find((state) => state?.reason && state.reason !== 'ContainerCreating');
  if (waiting) return waiting.message ? `${waiting.reason}: ${waiting.message}` : waiting.reason;
  const unscheduled = status?.conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  return unscheduled && `${unscheduled.reason}: ${unscheduled.message ?? ''}`;
}
