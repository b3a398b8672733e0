import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { apiError } from '../../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { failedWith, notChecked, type PreflightCheck } from './check.js';

export interface PrunersInput {
  api: ClusterApi;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
}

interface Search {
  path: string;
  kind: 'job' | 'pod';
  labelSelector?: string;
  /** Servers may take no notice of the selector. */
  matches(object: KubeObject): boolean;
}

/** The operator's jobs and pods, and regadm's own jobs. */
const SEARCHES: Search[] = [
  { path: '/apis/batch/v1/jobs', kind: 'job', ...labelled('created-by', 'image-pruner') },
  { path: `/apis/batch/v1/namespaces/${REGISTRY_NAMESPACE}/jobs`, kind: 'job', matches: isOfOwnCronJob },
  { path: `/api/v1/namespaces/${REGISTRY_NAMESPACE}/pods`, kind: 'pod', ...labelled('app', 'image-pruner') },
];

function labelled(label: string, value: string) {
  return {
    labelSelector: `${label}=${value}`,
    matches: (object: KubeObject) => object.metadata.labels?.[label] === value,
  };
}

function isOfOwnCronJob({ metadata }: KubeObject): boolean {
  if (metadata.labels?.['app.kubernetes.io/name'] === 'regadm') return true;
  return owner(metadata.ownerReferences, 'CronJob') === OWN_CRON_JOB;
}

type Found = { kind: 'job' | 'pod'; object: KubeObject };

/** Looks for other pruners at work. Two of them would decide on what the other one is just removing. */
export async function checkOtherPruners(input: PrunersInput): Promise<PreflightCheck> {
  try {
    const found = await Promise.all(SEARCHES.map((search) => list(input, search)));
    const running = found.flatMap((list) => list ?? []).filter(atWork);
    const others = await withoutOwn(running, input);
    if (others.length > 0) return inTheWay(others);
    const unseen = SEARCHES.filter((_, index) => !found[index]);
    if (unseen.length > 0)
      return notChecked(
        'other pruners',
        `the user may not list ${[...new Set(unseen.map(({ kind }) => `${kind}s`))].join(' and ')}`,
      );
    return { check: 'other pruners', ok: true, message: 'no other pruner is at work' };
  } catch (error) {
    return failedWith('other pruners', error);
  }
}

/** @returns undefined where listing is forbidden */
async function list({ api, signal }: PrunersInput, search: Search): Promise<Found[] | undefined> {
  const { path, kind, labelSelector, matches } = search;
  const answer = await api.request('GET', path, { query: { labelSelector }, signal });
  if (answer.status === 403) return undefined;
  if (answer.status === 404) return [];
  if (answer.status !== 200) throw apiError(answer, 'cannot look for other pruners');
  const { items } = answer.json<{ items?: KubeObject[] | null }>();
  return (items ?? []).filter(matches).map((object) => ({ kind, object }));
}

/** Finished jobs and pods remain for a while; a job without a status has just been made and is about to run. */
function atWork({ kind, object }: Found): boolean {
  const status = (object.status ?? {}) as JobOrPodStatus;
  if (kind === 'pod') return status.phase !== 'Succeeded' && status.phase !== 'Failed';
  if (status.completionTime) return false;
  if (
    status.conditions?.some(({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True')
  )
    return false;
  return !(object.spec?.suspend === true && !status.active);
}

interface JobOrPodStatus {
  phase?: string;
  completionTime?: string;
  active?: number;
  conditions?: { type: string; status: string }[];
}

/** Leaves out the job that this process runs in, and its pods: in a pod, HOSTNAME is the pod's name. */
async function withoutOwn(running: Found[], input: PrunersInput): Promise<Found[]> {
  const hostname = (input.env ?? process.env).HOSTNAME;
  if (running.length === 0 || !hostname) return running;
  const own = await ownJob(hostname, running, input);
  return running.filter(({ kind, object: { metadata } }) => {
    const job = kind === 'job' ? metadata.name : ownerJob(metadata.ownerReferences);
    if (kind === 'pod' && metadata.name === hostname) return false;
    return !(own && job === own.name && metadata.namespace === own.namespace);
  });
}

interface OwnJob {
  namespace?: string;
  name: string;
}

async function ownJob(hostname: string, running: Found[], { api, signal }: PrunersInput): Promise<OwnJob | undefined> {
  for (const namespace of new Set([api.namespace, REGISTRY_NAMESPACE])) {
    const answer = await api.request('GET', `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(hostname)}`, {
      signal,
    });
    if (answer.status !== 200) continue;
    const name = ownerJob(answer.json<KubeObject>().metadata.ownerReferences);
    return name === undefined ? undefined : { namespace, name };
  }
  // Without leave to read the pod, its name tells: a job's pods are called JOB-xxxxx.
  return running.find(({ kind, object }) => kind === 'job' && hostname.startsWith(`${object.metadata.name}-`))?.object
    .metadata;
}

function ownerJob(references: unknown): string | undefined {
  return owner(references, 'Job');
}

function owner(references: unknown, kind: string): string | undefined {
  if (!Array.isArray(references)) return undefined;
  return (references as { kind?: string; name?: string }[]).find((reference) => reference.kind === kind)?.name;
}

function inTheWay(others: Found[]): PreflightCheck {
  const names = new Set(
    others.map(
      ({ kind, object: { metadata } }) => `${kind} ${metadata.namespace ?? REGISTRY_NAMESPACE}/${metadata.name}`,
    ),
  );
  return {
    check: 'other pruners',
    ok: false,
    message: `another pruner is at work: ${[...names].join(', ')}`,
    suggestion: 'wait until it has ended; regadm prune schedule --set suspend=true keeps the next one from starting',
  };
}
