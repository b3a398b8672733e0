import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { getObject, listObjects } from '../cluster/objects.js';
import { followPodLog } from '../cluster/pod-log.js';
import { PODS } from '../cluster/resources.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { jobNamed, toRun } from './jobs.js';
import type { Run } from './report.js';

interface FollowOptions {
  /** Receives the log in chunks. */
  log(chunk: Buffer): void;
  /** Receives the state of the pods whenever it changes. */
  progress(text: string): void;
  signal: AbortSignal;
}

/** Time between two reads of the Job, in ms. */
const PAUSE_MS = 250;

/**
 * Follows a Job until it ends, with the logs of its pods one after the other. A Job starts another pod if one fails.
 * @throws the signal's reason when it aborts; the Job keeps running
 */
export async function followJob(
  api: ClusterApi,
  job: { name: string; cronJob: string },
  { log, progress, signal }: FollowOptions,
): Promise<Run> {
  const followed = new Map<string, string>();
  let shown = '';
  for (;;) {
    const run = toRun(await getObject(api, jobNamed(job.name), { signal }), job.cronJob);
    const pods = await podsOf(api, job.name, signal);
    const pod = pods.find((each) => hasLog(each) && followed.get(each.metadata.name) !== startsOf(each));
    if (pod) {
      followed.set(pod.metadata.name, startsOf(pod));
      const reference = { resource: PODS, namespace: REGISTRY_NAMESPACE, name: pod.metadata.name };
      for await (const chunk of followPodLog(api, reference, signal)) log(chunk);
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
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: object };
}

function containerOf(pod: KubeObject): ContainerStatus {
  return ((pod.status?.containerStatuses ?? []) as ContainerStatus[])[0] ?? {};
}

/** True once the container has started. */
function hasLog(pod: KubeObject): boolean {
  return pod.status?.phase !== 'Pending' && containerOf(pod).state?.waiting === undefined;
}

/** Counts the starts of the container: with restartPolicy OnFailure, a pod starts its container again. */
function startsOf(pod: KubeObject): string {
  return String(containerOf(pod).restartCount ?? 0);
}

function describePod(pod: KubeObject): string {
  const waiting = containerOf(pod).state?.waiting;
  const reason = [waiting?.reason, waiting?.message].filter(Boolean).join(': ');
  return `pod ${pod.metadata.name} ${String(pod.status?.phase ?? 'Unknown')}${reason ? ` (${reason})` : ''}`;
}
