import type { KubeObject } from '../../core/model/kube.js';

/** Log of an init container. */
export const INIT_LOG = ['Nothing to prune'];

interface Container {
  name: string;
  image: string;
}

interface ContainerStatus {
  name: string;
  state: { waiting?: object; running?: object; terminated?: object };
}

const WAITING = { waiting: { reason: 'PodInitializing' } };

/**
 * Returns a pending pod in its next state: init containers run one after the other, and the others wait for them.
 * @returns undefined if none is left to run
 */
export function advanceInitContainers(pod: KubeObject, now: string): KubeObject | undefined {
  const statuses = initStatuses(pod);
  const at = statuses.findIndex(({ state }) => !state.terminated);
  if (at < 0) return undefined;
  const running = statuses[at]!.state.running !== undefined;
  const state = running
    ? { terminated: { exitCode: 0, reason: 'Completed', startedAt: now, finishedAt: now } }
    : { running: { startedAt: now } };
  const initContainerStatuses = statuses.map((status, index) =>
    index === at ? { ...status, state, ready: running, started: !running } : status,
  );
  const containerStatuses = containersOf(pod, 'containers').map((container) => waitingStatus(container));
  return { ...pod, status: { ...pod.status, phase: 'Pending', initContainerStatuses, containerStatuses } };
}

/** Returns whether the container of a pod waits for its init containers, or is one that has not started. */
export function isInitializing(pod: KubeObject, container: string | undefined): boolean {
  const init = initStatuses(pod);
  const own = init.find(({ name }) => name === container);
  return own ? own.state.waiting !== undefined : init.some(({ state }) => !state.terminated);
}

/** Returns whether an init container has ended; undefined if the pod has none of this name. */
export function initContainerEnded(pod: KubeObject, container: string | undefined): boolean | undefined {
  const own = initStatuses(pod).find(({ name }) => name === container);
  return own && own.state.terminated !== undefined;
}

/** Returns the name of a container of the pod, by default that of the first one; undefined if there is none. */
export function containerName(pod: KubeObject, name: string | undefined): string | undefined {
  const all = [...containersOf(pod, 'containers'), ...containersOf(pod, 'initContainers')];
  return (name === undefined ? all[0] : all.find((container) => container.name === name))?.name;
}

function initStatuses(pod: KubeObject): ContainerStatus[] {
  const known = pod.status?.initContainerStatuses as ContainerStatus[] | undefined;
  return known ?? containersOf(pod, 'initContainers').map(waitingStatus);
}

function containersOf({ spec }: KubeObject, field: 'containers' | 'initContainers'): Container[] {
  return (spec?.[field] ?? []) as Container[];
}

function waitingStatus({ name, image }: Container): ContainerStatus & Record<string, unknown> {
  return { name, image, imageID: '', ready: false, started: false, restartCount: 0, state: WAITING };
}
