import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';

/** The environment variable by which the operator puts a registry into read-only mode, and its value there. */
const READ_ONLY_VARIABLE = 'REGISTRY_STORAGE_MAINTENANCE_READONLY';

const CACHE_VARIABLE = 'REGISTRY_STORAGE_CACHE_BLOBDESCRIPTOR';

/** A pod of the registry. */
export interface RegistryPod {
  name: string;
  uid: string;
  phase: string;
  ready: boolean;
  /** It is being deleted, but its containers may still run. */
  terminating: boolean;
  /** From its environment: what this pod was started as. */
  readOnly: boolean;
  /** The container that runs the registry. */
  container?: string;
  /** Changes when the container is started anew. */
  containerId?: string;
  /** It keeps its blob cache in a Redis, which outlives roll-outs. */
  usesRedis: boolean;
  /** Why it does not run, in the cluster's words. */
  trouble?: string;
}

interface PodSpec {
  containers?: { name: string; env?: { name: string; value?: string }[] }[];
}

interface ContainerStatus {
  name: string;
  containerID?: string;
  ready?: boolean;
  state?: { waiting?: { reason?: string; message?: string } };
}

interface PodStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
  containerStatuses?: ContainerStatus[];
}

/** The registry's pods, those that have ended (Succeeded, Failed) left out. @throws ApiError */
export async function listRegistryPods(api: ClusterApi, signal?: AbortSignal): Promise<RegistryPod[]> {
  const path = `/api/v1/namespaces/${REGISTRY_NAMESPACE}/pods`;
  const list = await api.get<{ items?: KubeObject[] | null }>(path, {
    query: { labelSelector: 'docker-registry=default' },
    signal,
  });
  return (list.items ?? []).map(toPod).filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed');
}

/** True for a container environment that means read-only mode. */
export function isReadOnlyEnvironment(spec: PodSpec | undefined): boolean {
  const value = registryContainer(spec)?.env?.find(({ name }) => name === READ_ONLY_VARIABLE)?.value;
  return value !== undefined && /enabled["']?\s*:\s*["']?true/.test(value);
}

/** A pod in which a command can be run. */
export function isUsable(pod: RegistryPod): boolean {
  return pod.phase === 'Running' && pod.ready && !pod.terminating;
}

function toPod(object: KubeObject): RegistryPod {
  const spec = object.spec as PodSpec | undefined;
  const status = object.status as PodStatus | undefined;
  const container = registryContainer(spec)?.name;
  const current = status?.containerStatuses?.find(({ name }) => name === container);
  return {
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    phase: status?.phase ?? 'Unknown',
    ready: status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false,
    terminating: object.metadata.deletionTimestamp !== undefined,
    readOnly: isReadOnlyEnvironment(spec),
    container,
    containerId: current?.containerID,
    usesRedis:
      registryContainer(spec)?.env?.some(({ name, value }) => name === CACHE_VARIABLE && value === 'redis') ?? false,
    trouble: troubleOf(status),
  };
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
