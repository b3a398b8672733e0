import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RegadmError, refusal } from '../model/errors.js';
import type { Run } from './report.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { JOBS, listRuns, toRun } from './image-pruner.js';
import { apiError } from '../cluster/api-error.js';

const RUN_ANNOTATION = 'regadm.io/run';
const PODS = `/api/v1/namespaces/${REGISTRY_NAMESPACE}/pods`;

/**
 * Starts one Job from a CronJob, as `oc create job --from=cronjob/…` does.
 * @throws RegadmError PRUNE_RUNNING (exit status 4) while another one of it runs: two prunes at a time would get in each other's way
 */
export async function startJob(api: ClusterApi, cronJob: KubeObject): Promise<KubeObject> {
  const { name } = cronJob.metadata;
  const running = (await listRuns(api, [name])).find(({ status }) => status === 'running');
  if (running) {
    throw refusal(
      'PRUNE_RUNNING',
      `job ${REGISTRY_NAMESPACE}/${running.name} of CronJob ${name} is still running; nothing was started`,
      [`follow it: oc -n ${REGISTRY_NAMESPACE} logs -f job/${running.name}`],
    );
  }
  const run = randomBytes(8).toString('hex');
  const body = jobOf(cronJob, run);
  const response = await api.request('POST', JOBS, { body });
  if (response.status === 201) return response.json<KubeObject>();
  // The answer to a first try may have been lost, and the second then finds the name taken: by us, if it is this run.
  if (response.status === 409) {
    const job = await api.get<KubeObject>(`${JOBS}/${body.metadata.name}`);
    if (job.metadata.annotations?.[RUN_ANNOTATION] === run) return job;
  }
  throw apiError(response, `cannot start a job from CronJob ${REGISTRY_NAMESPACE}/${name}`);
}

function jobOf({ metadata, spec }: KubeObject, run: string) {
  const template = (spec?.jobTemplate ?? {}) as { metadata?: { labels?: object; annotations?: object }; spec?: object };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      // A Job's name becomes a label of its pods: at most 63 characters.
      name: `${metadata.name.slice(0, 45)}-manual-${run.slice(0, 6)}`,
      namespace: REGISTRY_NAMESPACE,
      labels: template.metadata?.labels,
      annotations: {
        ...template.metadata?.annotations,
        'cronjob.kubernetes.io/instantiate': 'manual',
        [RUN_ANNOTATION]: run,
      },
      ownerReferences: [
        { apiVersion: 'batch/v1', kind: 'CronJob', name: metadata.name, uid: metadata.uid, controller: true },
      ],
    },
    spec: template.spec,
  };
}

export interface FollowOptions {
  /** Takes the log as it comes. */
  log(chunk: Buffer): void;
  onProgress(text: string): void;
  timeoutMs: number;
  signal?: AbortSignal;
}

const PAUSE_MS = 250;

/**
 * Follows a Job to its end: the logs of its pods one after the other (a pod that fails is followed by another one).
 * @throws RegadmError JOB_TIMEOUT; the signal's reason when it aborts. The Job continues in both cases
 */
export async function followJob(
  api: ClusterApi,
  job: KubeObject,
  cronJob: string,
  options: FollowOptions,
): Promise<Run> {
  const { name } = job.metadata;
  const followed = new Map<string, string>();
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  let said = '';
  try {
    for (;;) {
      const run = toRun(await api.get<KubeObject>(`${JOBS}/${name}`, { signal }), cronJob);
      const pods = await podsOf(api, name, signal);
      const pod = pods.find((each) => canBeRead(each) && followed.get(each.metadata.name) !== instanceOf(each));
      if (pod) {
        followed.set(pod.metadata.name, instanceOf(pod));
        await streamLog(api, pod.metadata.name, options.log, signal);
        continue;
      }
      if (run.status !== 'running') return run;
      const progress = pods.map(describe).join(', ') || 'no pod yet';
      if (progress !== said) options.onProgress(`job ${name}: ${(said = progress)}`);
      await sleep(PAUSE_MS, undefined, { signal });
    }
  } catch (error) {
    if (!timeout.aborted || options.signal?.aborted) throw error;
    throw new RegadmError(`job ${REGISTRY_NAMESPACE}/${name} has not ended in time; it keeps running`, {
      code: 'JOB_TIMEOUT',
      suggestions: [`follow it: oc -n ${REGISTRY_NAMESPACE} logs -f job/${name}`, 'pass a longer --timeout'],
    });
  }
}

async function podsOf(api: ClusterApi, job: string, signal: AbortSignal): Promise<KubeObject[]> {
  const { items } = await api.get<{ items?: KubeObject[] | null }>(PODS, {
    query: { labelSelector: `job-name=${job}` },
    signal,
  });
  return (items ?? []).sort((a, b) =>
    (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''),
  );
}

async function streamLog(
  api: ClusterApi,
  pod: string,
  log: (chunk: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  const stream = await api.stream(`${PODS}/${pod}/log`, { query: { follow: true }, timeoutMs: 0, signal });
  try {
    for await (const chunk of stream.chunks) log(chunk);
  } finally {
    stream.close();
  }
}

interface ContainerStatus {
  restartCount?: number;
  state?: { waiting?: { reason?: string; message?: string }; running?: object; terminated?: object };
}

function containerOf(pod: KubeObject): ContainerStatus {
  return ((pod.status?.containerStatuses ?? []) as ContainerStatus[])[0] ?? {};
}

/** A log can be read once the container has started. */
function canBeRead(pod: KubeObject): boolean {
  return pod.status?.phase !== 'Pending' && containerOf(pod).state?.waiting === undefined;
}

/** With restartPolicy OnFailure the same pod starts its container again. */
function instanceOf(pod: KubeObject): string {
  return String(containerOf(pod).restartCount ?? 0);
}

function describe(pod: KubeObject): string {
  const waiting = containerOf(pod).state?.waiting;
  return `pod ${pod.metadata.name} ${String(pod.status?.phase ?? 'Unknown')}${waiting?.reason ? ` (${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''})` : ''}`;
}
