import type { Check } from '../../model/check.js';
import type { Condition, KubeObject } from '../../model/kube.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { cronProblem } from '../../schedule/cron.js';
import { longestPeriods } from '../../schedule/cron-times.js';
import { about } from '../check.js';
import type { CronJob } from './manifest.js';
import { waitingEffect } from './pending-jobs.js';
import { isOwn, patchCronJob } from './remedies.js';

/** Periods of the schedule without a successful run that count as a problem. */
const PERIODS = 3;

/**
 * Reports that regadm's CronJob starts no runs.
 * @param prunerRuns false if the cluster's own pruning is suspended, too
 */
export function checkSuspended(cronJob: CronJob, prunerRuns: boolean): Check[] {
  if (!cronJob.spec?.suspend) return [];
  const { name } = cronJob.metadata;
  const resume = `resume it: ${patchCronJob(name, { spec: { suspend: false } })}`;
  const check = about('cron job');
  return prunerRuns
    ? [check('info', `CronJob ${name} is suspended, so it starts no runs`, resume)]
    : [
        check(
          'warning',
          `CronJob ${name} is suspended, and so is the ImagePruner, so nothing prunes by itself`,
          resume,
        ),
      ];
}

/**
 * Reports a CronJob of which no run has succeeded for three periods of its schedule.
 * @param now in ms since the epoch
 */
export function checkSuccess(cronJob: CronJob, now: number): Check[] {
  const { metadata, spec = {}, status = {} } = cronJob;
  const schedule = spec.schedule ?? '';
  const seconds = cronProblem(schedule) ? undefined : longestPeriods(schedule, PERIODS);
  const since = status.lastSuccessfulTime ?? metadata.creationTimestamp;
  if (seconds === undefined || since === undefined || !(now - Date.parse(since) > seconds * 1000)) return [];
  const when = status.lastSuccessfulTime ? `since ${since}` : `since the CronJob was created (${since})`;
  return [
    about('cron job runs')(
      'warning',
      `no run of CronJob ${metadata.name} has succeeded ${when}, which is more than ${PERIODS} periods of its schedule (${schedule}), so unused images can remain`,
      `see why: oc -n ${REGISTRY_NAMESPACE} describe cronjob ${metadata.name}; and the last run: regadm prune schedule`,
      ...(isOwn(cronJob) ? [`start a run and follow its log: regadm prune schedule --run-now`] : []),
    ),
  ];
}

interface Waiting {
  /** Absent if the pod has no node yet. */
  container?: string;
  reason: string;
  message?: string;
}

interface ContainerStatus {
  name: string;
  state?: { waiting?: { reason?: string; message?: string } };
}

interface PodStatus {
  initContainerStatuses?: ContainerStatus[];
  containerStatuses?: ContainerStatus[];
  conditions?: Condition[];
}

/** Reasons of a container that waits because it is about to start. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing']);
const NO_IMAGE = /image/i;

/** Reports the latest pod of a CronJob if it cannot start, for example because its image cannot be pulled. */
export function checkLatestPod(cronJob: CronJob, pods: KubeObject[]): Check[] {
  const [pod] = pods.filter((each) => jobOf(each, cronJob.metadata.name)).sort(newestFirst);
  const waiting = pod && waitingIn(pod);
  if (!waiting) return [];
  const { container, reason, message } = waiting;
  const { name } = cronJob.metadata;
  const job = jobOf(pod, name)!;
  const inNamespace = `oc -n ${REGISTRY_NAMESPACE}`;
  const effect = waitingEffect(cronJob, job);
  return [
    about('cron job runs')(
      'warning',
      `pod ${pod.metadata.name} of CronJob ${name} cannot start: ${reason}${message ? `: ${message}` : ''}${effect}`,
      container !== undefined && NO_IMAGE.test(reason)
        ? `push the image, or set another one: ${inNamespace} set image cronjob/${name} ${container}=IMAGE`
        : `see its events: ${inNamespace} describe pod ${pod.metadata.name}`,
      `then end the waiting run: ${inNamespace} delete job ${job}`,
    ),
  ];
}

function newestFirst({ metadata: a }: KubeObject, { metadata: b }: KubeObject): number {
  return (b.creationTimestamp ?? '').localeCompare(a.creationTimestamp ?? '');
}

/** Returns the Job of a pod, if a CronJob or `--run-now` has named it: `CRONJOB-28912345`, `CRONJOB-manual-1f2e3d`. */
function jobOf({ metadata }: KubeObject, cronJob: string): string | undefined {
  const owners = (metadata.ownerReferences ?? []) as { kind: string; name: string }[];
  const job = owners.find(({ kind }) => kind === 'Job')?.name;
  return job?.startsWith(`${cronJob}-`) && /^(?:\d+|manual-\w+)$/.test(job.slice(cronJob.length + 1)) ? job : undefined;
}

function waitingIn(pod: KubeObject): Waiting | undefined {
  const { initContainerStatuses, containerStatuses, conditions } = (pod.status ?? {}) as PodStatus;
  const unplaced = conditions?.find(({ type, status }) => type === 'PodScheduled' && status === 'False');
  const waiting = [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])].flatMap(({ name, state }) => {
    const { reason, message } = state?.waiting ?? {};
    return reason && !STARTING.has(reason) ? [{ container: name, reason, message }] : [];
  });
  return waiting[0] ?? (unplaced && { reason: unplaced.reason ?? 'not scheduled', message: unplaced.message });
}
