import type { ClusterApi } from '../cluster/api.js';
import { isForbidden } from '../cluster/api-error.js';
import { listObjects } from '../cluster/objects.js';
import { PODS, defineResource, type Resource } from '../cluster/resources.js';
import type { Check } from '../model/check.js';
import type { KubeObject } from '../model/kube.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../model/openshift.js';
import { OPERATOR_CRON_JOB } from '../schedule/jobs.js';
import { about, unseen } from './check.js';
import { printAgain } from './cron-job/print-again.js';
import { isOwn } from './cron-job/remedies.js';

const NETWORK_POLICIES = defineResource('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { optional: true });
const CRON_JOBS = defineResource('batch/v1', 'cronjobs', 'CronJob');

const OWN_POLICY =
  'since OpenShift 4.22, the namespace denies all traffic that no NetworkPolicy allows; print the List of the CronJob again, which contains one for its pods';

type Labels = Record<string, string>;
type Direction = 'ingress' | 'egress';

/** Pods whose traffic in one direction a prune needs. */
interface Subject {
  name: string;
  labels: Labels;
  direction: Direction;
  /** What fails without the traffic. */
  loss: string;
  /** What creates the NetworkPolicy that allows the traffic, if regadm prints one. */
  remedy?: string;
}

interface Selector {
  matchLabels?: Labels | null;
  matchExpressions?: { key: string; operator: string; values?: string[] }[] | null;
}

interface PolicySpec {
  podSelector?: Selector;
  policyTypes?: string[] | null;
  ingress?: object[] | null;
  egress?: object[] | null;
}

/**
 * Checks the NetworkPolicies of the registry's namespace. As soon as a policy selects a pod, Kubernetes blocks all
 * traffic of that pod that no policy allows. Returns no checks if the namespace has no policies.
 * @throws ApiError when a list fails for a reason other than the user's permissions
 */
export async function checkNetwork(api: ClusterApi): Promise<Check[]> {
  const policies = await inRegistry(api, NETWORK_POLICIES);
  if (policies.objects.length === 0) return policies.problems;
  const [pods, cronJobs] = await Promise.all([inRegistry(api, PODS), inRegistry(api, CRON_JOBS)]);
  const problems = [...pods.problems, ...cronJobs.problems];
  const subjects = [...registryPods(pods.objects), ...prunerPods(cronJobs.objects)];
  const checks = [...subjects.flatMap((subject) => judge(subject, policies.objects)), ...problems];
  if (checks.length > 0) return checks;
  return [about('network')('ok', 'the NetworkPolicies restrict neither the registry nor the pruners')];
}

/** Lists objects of the registry's namespace. A user who may not list them gets a check that was not possible. */
async function inRegistry(api: ClusterApi, resource: Resource): Promise<{ objects: KubeObject[]; problems: Check[] }> {
  try {
    return { objects: await listObjects(api, resource, { namespace: REGISTRY_NAMESPACE }), problems: [] };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    return { objects: [], problems: [about('network')('unknown', `${unseen(error)} in ${REGISTRY_NAMESPACE}`)] };
  }
}

function registryPods(pods: KubeObject[]): Subject[] {
  const found = pods.find(({ metadata }) => metadata.labels?.['docker-registry'] === 'default');
  const labels = found?.metadata.labels ?? { 'docker-registry': 'default' };
  const name = 'the registry pods';
  return [
    { name, labels, direction: 'ingress', loss: 'neither pulls and pushes nor regadm reach them' },
    { name, labels, direction: 'egress', loss: 'they reach neither the API server nor a storage in the network' },
  ];
}

function prunerPods(cronJobs: KubeObject[]): Subject[] {
  return cronJobs
    .filter(({ metadata }) => metadata.name === OWN_CRON_JOB || metadata.name === OPERATOR_CRON_JOB)
    .map((cronJob) => ({
      name: `the pods of CronJob ${cronJob.metadata.name}`,
      labels: templateLabels(cronJob.spec),
      direction: 'egress',
      loss: 'they reach neither the API server nor the registry',
      ...(isOwn(cronJob) ? { remedy: `${OWN_POLICY}: ${printAgain(cronJob)}` } : {}),
    }));
}

function templateLabels(spec: KubeObject['spec']): Labels {
  const { jobTemplate } = (spec ?? {}) as {
    jobTemplate?: { spec?: { template?: { metadata?: { labels?: Labels } } } };
  };
  return jobTemplate?.spec?.template?.metadata?.labels ?? {};
}

const TRAFFIC: Record<Direction, string> = { ingress: 'incoming', egress: 'outgoing' };

function judge({ name, labels, direction, loss, remedy }: Subject, policies: KubeObject[]): Check[] {
  const selecting = policies.filter((policy) => isolates(policy.spec ?? {}, direction, labels));
  if (selecting.length === 0) return [];
  const check = about('network');
  const names = selecting.map(({ metadata }) => metadata.name).join(', ');
  const rules = selecting.flatMap(({ spec }) => (spec as PolicySpec)[direction] ?? []);
  if (rules.length === 0)
    return [
      check(
        'warning',
        `${name} have no ${TRAFFIC[direction]} traffic: NetworkPolicy ${names} denies it, so ${loss}`,
        remedy ??
          `create a NetworkPolicy in ${REGISTRY_NAMESPACE} that selects ${describeLabels(labels)} and allows ${direction}`,
      ),
    ];
  const allowsAll = rules.some((rule) => Object.keys(rule).length === 0);
  if (allowsAll) return [];
  return [check('info', `${name} have only the ${TRAFFIC[direction]} traffic that NetworkPolicy ${names} allows`)];
}

function describeLabels(labels: Labels): string {
  const [first] = Object.entries(labels);
  return first ? `them (${first.join('=')})` : 'them';
}

/** True if a policy limits the traffic of pods with these labels to what policies allow. */
function isolates(spec: PolicySpec, direction: Direction, labels: Labels): boolean {
  // Without policyTypes, a policy is one for ingress, and for egress only if it has rules for that.
  const types = spec.policyTypes ?? ['Ingress', ...(spec.egress?.length ? ['Egress'] : [])];
  return types.some((type) => type.toLowerCase() === direction) && selects(spec.podSelector ?? {}, labels);
}

function selects({ matchLabels, matchExpressions }: Selector, labels: Labels): boolean {
  const isEqual = Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return isEqual && (matchExpressions ?? []).every((expression) => holds(expression, labels));
}

function holds(
  { key, operator, values = [] }: NonNullable<NonNullable<Selector['matchExpressions']>[number]>,
  labels: Labels,
): boolean {
  const value = labels[key];
  switch (operator) {
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'In':
      return value !== undefined && values.includes(value);
    default:
      return value === undefined || !values.includes(value);
  }
}
