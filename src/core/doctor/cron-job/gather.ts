import { ApiError, isForbidden } from '../../cluster/api-error.js';
import type { ClusterApi } from '../../cluster/api.js';
import { isAbsent } from '../../cluster/lists/absent.js';
import { findUsingKinds } from '../../cluster/lists/custom-kinds.js';
import { findObject, listObjects } from '../../cluster/objects.js';
import { JOBS, PODS, defineResource, type Resource } from '../../cluster/resources.js';
import { hasCode, messageOf } from '../../model/errors.js';
import type { KubeObject } from '../../model/kube.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { managementState, type RegistryConfig } from '../../operator/config.js';
import { CONFIG } from '../../operator/objects.js';
import { readImagePruner, type ImagePruner } from '../../schedule/image-pruner.js';
import { OPERATOR_CRON_JOB } from '../../schedule/jobs.js';
import { unseen } from '../check.js';
import { isOwn } from './remedies.js';
import type { CronJob } from './manifest.js';
import type { ClusterRole, ClusterRoleBinding } from './rbac.js';

const CLUSTER = { namespaced: false };
const RBAC = 'rbac.authorization.k8s.io/v1';
const CRON_JOBS = defineResource('batch/v1', 'cronjobs', 'CronJob');
const ACCOUNTS = defineResource('v1', 'serviceaccounts', 'ServiceAccount');
const BINDINGS = defineResource(RBAC, 'clusterrolebindings', 'ClusterRoleBinding', CLUSTER);
const ROLES = defineResource(RBAC, 'clusterroles', 'ClusterRole', CLUSTER);
const RULES = defineResource('monitoring.coreos.com/v1', 'prometheusrules', 'PrometheusRule', { optional: true });

/** What was read, or why it could not be read. */
export type Seen<T> = { value: T } | { unseen: string };

/** What the checks of the CronJobs read. */
export interface Evidence {
  /** The CronJobs that prune: regadm's, and the operator's unless it is suspended. */
  cronJobs: CronJob[];
  /** The ImagePruner; undefined if it does not exist. */
  pruner: Seen<ImagePruner | undefined>;
  /** `managementState` of the registry; undefined without an operator. */
  state: Seen<string | undefined>;
  /** Pods of the registry's namespace. */
  pods: Seen<KubeObject[]>;
  /** Jobs of the registry's namespace. */
  jobs: Seen<KubeObject[]>;
  /** Names of the service accounts of the registry's namespace. */
  accounts: Seen<Set<string>>;
  /** Who has which ClusterRole. */
  access: Seen<{ bindings: ClusterRoleBinding[]; roles: ClusterRole[] }>;
  /** The kinds of the cluster that can be the only users of images, for regadm's CronJob. */
  usingKinds: Seen<Resource[]>;
  /** PrometheusRules of the registry's namespace; undefined if the cluster has no such API. */
  rules: Seen<KubeObject[] | undefined>;
}

/** Reads the CronJobs; if there are any, also what they depend on. @throws ApiError if they cannot be listed */
export async function readEvidence(api: ClusterApi): Promise<Evidence | undefined> {
  const all = await inRegistry<CronJob>(api, CRON_JOBS);
  const cronJobs = all.filter(
    (cronJob) => isOwn(cronJob) || (cronJob.metadata.name === OPERATOR_CRON_JOB && !cronJob.spec?.suspend),
  );
  if (cronJobs.length === 0) return undefined;
  const hasOwn = cronJobs.some(({ metadata }) => metadata.name === OWN_CRON_JOB);
  const [pruner, state, pods, jobs, accounts, access, usingKinds, rules] = await Promise.all([
    hasOwn ? see(() => findPruner(api)) : { value: undefined },
    see(() => readState(api)),
    see(() => inRegistry(api, PODS)),
    see(() => inRegistry(api, JOBS)),
    see(async () => new Set((await inRegistry(api, ACCOUNTS)).map(({ metadata }) => metadata.name))),
    see(() => readAccess(api)),
    hasOwn ? see(() => findUsingKinds(api)) : { value: [] },
    hasOwn ? see(() => readRules(api)) : { value: undefined },
  ]);
  return { cronJobs, pruner, state, pods, jobs, accounts, access, usingKinds, rules };
}

async function see<T>(read: () => Promise<T>): Promise<Seen<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { unseen: isForbidden(error) ? unseen(error) : messageOf(error) };
  }
}

async function inRegistry<T extends KubeObject = KubeObject>(api: ClusterApi, resource: Resource): Promise<T[]> {
  return (await listObjects(api, resource, { namespace: REGISTRY_NAMESPACE })) as T[];
}

async function findPruner(api: ClusterApi): Promise<ImagePruner | undefined> {
  return readImagePruner(api).catch((error: unknown) => {
    if (hasCode(error, 'NO_IMAGE_PRUNER')) return undefined;
    throw error;
  });
}

async function readState(api: ClusterApi): Promise<string | undefined> {
  const config = await findObject<RegistryConfig>(api, CONFIG);
  return config && managementState(config);
}

async function readAccess(api: ClusterApi): Promise<{ bindings: ClusterRoleBinding[]; roles: ClusterRole[] }> {
  const [bindings, roles] = await Promise.all([listObjects(api, BINDINGS), listObjects(api, ROLES)]);
  return { bindings, roles };
}

async function readRules(api: ClusterApi): Promise<KubeObject[] | undefined> {
  const rules = await inRegistry(api, RULES);
  return rules.length === 0 && (await isAbsent(api, RULES)) ? undefined : rules;
}
