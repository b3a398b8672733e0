import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { getObject, listObjects } from '../cluster/objects.js';
import { followPodLog } from '../cluster/pod-log.js';
import { PODS } from '../cluster/resources.js';
import { listOf } from '../model/values/json.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { jobNamed, toRun } from './jobs.js';
import type { Run } from './report.js';

interface FollowOptions {
  /** Receives the log in chunks. */
  log(chunk: Buffer): void;
  /** Receives a line in front of the log of each container, if a pod has several. */
  heading(text: string): void;
  /** Receives the state of the pods whenever it changes. */
  progress(text: string): void;
  signal: AbortSignal;
}

/** Time between two reads of the Job, in ms. */
const PAUSE_MS = 250;

/**
 * Follows a Job until it ends, with the logs of its pods and their containers one after the other: init containers run
 * before the others. A Job can start another pod if one fails.
 * @throws the signal's reason when it aborts; the Job keeps running
 */
export async function followJob(
  api: ClusterApi,
  job: { name: string; cronJob: string },
  { log, heading, progress, signal }: FollowOptions,
): Promise<Run> {
  const followed = new Map<string, string>();
  let shown = '';
  for (;;) {
    const run = toRun(await getObject(api, jobNamed(job.name), { signal }), job.cronJob);
    const pods = await podsOf(api, job.name, signal);
    const next = pods.flatMap(startedContainers).find(({ key, starts }) => followed.get(key) !== starts);
    if (next) {
      followed.set(next.key, next.starts);
      const pod = { resource: PODS, namespace: REGISTRY_NAMESPACE, name: next.pod };
      if (next.container !== undefined) heading(`log of container ${next.container}:`);
      for await (const chunk of followPodLog(api, pod, { container: next.container, signal })) log(chunk);
      continue;
    }
    if (run.status !== 'running') return run;
    const state = pods.map(describePod).join(', ') || 'no pod yet';
    if (state !== shown) progress(`job ${job.name}: ${(shown = state)}`);
    await sleep(PAUSE_MS, undefined, { signal });
  }
}

async function podsOf(api: ClusterApi, job: string, signal: AbortSignal): Promise<KubeObject[]> {
  const labelSelector = `job-name=${job}`;
  const pods = await listObjects(api, PODS, { namespace: REGISTRY_NAMESPACE, labelSelector, signal });
  const created = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return pods.sort((a, b) => created(a).localeCompare(created(b)));
}

interface ContainerStatus {
  name?: string;
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: object };
}

/** A container that has started once or more, so that it has a log. */
interface StartedContainer {
  /** Identifies it among all pods. */
  key: string;
  pod: string;
  /** Undefined if it is the only one of its pod. */
  container?: string;
  /** Number of its restarts: with restartPolicy OnFailure, a pod starts its container again. */
  starts: string;
}

/** Returns the containers of a pod that have started, in the order in which they run. */
function startedContainers(pod: KubeObject): StartedContainer[] {
  const { name } = pod.metadata;
  const before = statusesOf(pod, 'initContainerStatuses').filter(({ state }) => state?.running ?? state?.terminated);
  const last = statusesOf(pod, 'containerStatuses')[0] ?? {};
  const hasStarted = pod.status?.phase !== 'Pending' && last.state?.waiting === undefined;
  const isOnly = listOf(pod.spec?.initContainers).length === 0;
  const started = (key: string, status: ContainerStatus): StartedContainer => ({
    key,
    pod: name,
    container: isOnly ? undefined : status.name,
    starts: String(status.restartCount ?? 0),
  });
  return [
    ...before.map((status) => started(`${name}/${status.name ?? ''}`, status)),
    ...(hasStarted ? [started(name, last)] : []),
  ];
}

function statusesOf(pod: KubeObject, field: 'initContainerStatuses' | 'containerStatuses'): ContainerStatus[] {
  return listOf<ContainerStatus>(pod.status?.[field]);
}

function describePod(pod: KubeObject): string {
  const statuses = [...statusesOf(pod, 'initContainerStatuses'), ...statusesOf(pod, 'containerStatuses')];
  const waiting = statuses.find(({ state }) => state?.waiting)?.state?.waiting;
  const reason = [waiting?.reason, waiting?.message].filter(Boolean).join(': ');
  return `pod ${pod.metadata.name} ${String(pod.status?.phase ?? 'Unknown')}${reason ? ` (${reason})` : ''}`;
}
