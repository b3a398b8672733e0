import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { isForbidden } from '../../cluster/api-error.js';
import { listObjects } from '../../cluster/objects.js';
import { JOBS, PODS, type Resource } from '../../cluster/resources.js';
import { failedWith, notChecked, passed, type PreflightCheck } from './check.js';
import { withoutOwnJob, type PrunerObject } from './own-job.js';

interface PrunersInput {
  api: ClusterApi;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

interface Search {
  resource: Resource;
  /** Absent: all namespaces. */
  namespace?: string;
  kind: PrunerObject['kind'];
  labelSelector?: string;
  /** Filters the result, because some servers ignore the selector. */
  matches(object: KubeObject): boolean;
}

/** The operator's jobs and pods, and regadm's own jobs. */
const SEARCHES: Search[] = [
  { resource: JOBS, kind: 'job', ...withLabel('created-by', 'image-pruner') },
  { resource: JOBS, namespace: REGISTRY_NAMESPACE, kind: 'job', matches: isRegadmJob },
  { resource: PODS, namespace: REGISTRY_NAMESPACE, kind: 'pod', ...withLabel('app', 'image-pruner') },
];

function withLabel(label: string, value: string): Pick<Search, 'labelSelector' | 'matches'> {
  return {
    labelSelector: `${label}=${value}`,
    matches: (object) => object.metadata.labels?.[label] === value,
  };
}

function isRegadmJob({ metadata }: KubeObject): boolean {
  if (metadata.labels?.['app.kubernetes.io/name'] === 'regadm') return true;
  const owners = metadata.ownerReferences as { kind?: string; name?: string }[] | undefined;
  return owners?.find(({ kind }) => kind === 'CronJob')?.name === OWN_CRON_JOB;
}

/** Looks for other running pruners: each of the two would decide from objects that the other is about to delete. */
export async function checkOtherPruners(input: PrunersInput): Promise<PreflightCheck> {
  try {
    const found = await Promise.all(SEARCHES.map((search) => list(input, search)));
    const running = found.flatMap((objects) => objects ?? []).filter(isRunning);
    const others = await withoutOwnJob(running, input);
    if (others.length > 0) return othersRunning(others);
    const forbidden = SEARCHES.filter((_, index) => !found[index]).map(({ kind }) => `${kind}s`);
    if (forbidden.length > 0)
      return notChecked('other pruners', `the user may not list ${[...new Set(forbidden)].join(' and ')}`);
    return passed('other pruners', 'no other pruner is running');
  } catch (error) {
    return failedWith('other pruners', error);
  }
}

/** Lists jobs or pods; undefined if the user may not. */
async function list({ api, signal }: PrunersInput, search: Search): Promise<PrunerObject[] | undefined> {
  const { resource, namespace, kind, labelSelector, matches } = search;
  try {
    const objects = await listObjects(api, resource, { namespace, labelSelector, signal });
    return objects.filter(matches).map((object) => ({ kind, object }));
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
    suggestions: ['wait until it has ended; regadm prune schedule --set suspend=true keeps the next one from starting'],
  };
}
