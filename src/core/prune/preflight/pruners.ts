import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { KubeObject } from '../../model/kube.js';
import { isForbidden } from '../../cluster/api-error.js';
import type { ClusterChecks } from '../ports.js';
import { failedWith, notChecked, passed, type PreflightCheck } from './check.js';
import { withoutOwnJob, type PrunerObject } from './own-job.js';

interface PrunersInput {
  cluster: ClusterChecks;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

interface Search {
  list: 'listJobs' | 'listPods';
  kind: PrunerObject['kind'];
  isPruner(object: KubeObject): boolean;
}

/**
 * The operator's jobs and pods, and regadm's own jobs. Only those in the registry's namespace count: in other
 * namespaces, any tenant can set these labels and owners.
 */
const SEARCHES: Search[] = [
  { list: 'listJobs', kind: 'job', isPruner: (job) => hasLabel(job, 'created-by', 'image-pruner') || isRegadmJob(job) },
  { list: 'listPods', kind: 'pod', isPruner: (pod) => hasLabel(pod, 'app', 'image-pruner') },
];

function hasLabel({ metadata }: KubeObject, label: string, value: string): boolean {
  return metadata.labels?.[label] === value;
}

function isRegadmJob(job: KubeObject): boolean {
  if (hasLabel(job, 'app.kubernetes.io/name', 'regadm')) return true;
  const owners = job.metadata.ownerReferences as { kind?: string; name?: string }[] | undefined;
  return owners?.find(({ kind }) => kind === 'CronJob')?.name === OWN_CRON_JOB;
}

/** Looks for other running pruners: each of the two would decide from objects that the other is about to delete. */
export async function checkOtherPruners(input: PrunersInput): Promise<PreflightCheck> {
  try {
    const found = await Promise.all(SEARCHES.map((search) => find(input, search)));
    const running = found.flatMap((objects) => objects ?? []).filter(isRunning);
    const others = await withoutOwnJob(running, input);
    if (others.length > 0) return othersRunning(others);
    const forbidden = SEARCHES.filter((_, index) => !found[index]).map(({ kind }) => `${kind}s`);
    if (forbidden.length > 0) return notChecked('other pruners', `the user may not list ${forbidden.join(' and ')}`);
    return passed('other pruners', 'no other pruner is running');
  } catch (error) {
    return failedWith('other pruners', error);
  }
}

/** Lists jobs or pods; undefined if the user may not. */
async function find({ cluster, signal }: PrunersInput, search: Search): Promise<PrunerObject[] | undefined> {
  const { list, kind, isPruner } = search;
  try {
    const objects = await cluster[list](signal);
    return objects.filter(isPruner).map((object) => ({ kind, object }));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

interface JobOrPodStatus {
  phase?: string;
  completionTime?: string;
  active?: number;
  conditions?: { type: string; status: string }[];
}

/**
 * Returns whether a job or pod is running. Finished ones remain for a while. A job without a status was just created
 * and is about to run.
 */
function isRunning({ kind, object }: PrunerObject): boolean {
  const status = (object.status ?? {}) as JobOrPodStatus;
  if (kind === 'pod') return status.phase !== 'Succeeded' && status.phase !== 'Failed';
  if (status.completionTime) return false;
  const hasFinished = status.conditions?.some(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  );
  return !hasFinished && !(object.spec?.suspend === true && !status.active);
}

function othersRunning(others: PrunerObject[]): PreflightCheck {
  const names = others.map(
    ({ kind, object: { metadata } }) => `${kind} ${metadata.namespace ?? REGISTRY_NAMESPACE}/${metadata.name}`,
  );
  return {
    name: 'other pruners',
    status: 'failed',
    message: `another pruner is running: ${[...new Set(names)].join(', ')}`,
    suggestions: [
      `wait until it has ended; ${suspension(others)} keeps the next one from starting`,
      `if it cannot start, end it: ${deletion(others)}`,
    ],
  };
}

/** Returns the commands that suspend the CronJobs of these pruners. */
function suspension(others: PrunerObject[]): string {
  const commands = others.map(({ object }) =>
    isRegadmJob(object)
      ? `oc -n ${REGISTRY_NAMESPACE} patch cronjob ${OWN_CRON_JOB} -p '{"spec":{"suspend":true}}'`
      : 'regadm prune schedule --set suspend=true',
  );
  return [...new Set(commands)].join(', or ');
}

/** Returns the command that deletes jobs, which deletes their pods, too; or pods if there are no jobs. */
function deletion(others: PrunerObject[]): string {
  const jobs = others.filter(({ kind }) => kind === 'job');
  const objects = jobs.length > 0 ? jobs : others;
  const names = objects.map(({ object }) => object.metadata.name);
  return `oc -n ${REGISTRY_NAMESPACE} delete ${objects[0]!.kind} ${[...new Set(names)].join(' ')}`;
}
