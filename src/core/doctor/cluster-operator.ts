import { isForbidden } from '../cluster/api-error.js';
import type { ClusterApi } from '../cluster/api.js';
import { findObject, listObjects, type ObjectReference } from '../cluster/objects.js';
import { JOBS, defineResource } from '../cluster/resources.js';
import type { Check } from '../model/check.js';
import type { Condition, KubeObject } from '../model/kube.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { about, unseen } from './check.js';

/** The registry in the list of `oc get clusteroperators`. Its conditions include those of the image pruner. */
const CLUSTER_OPERATOR: ObjectReference = {
  resource: defineResource('config.openshift.io/v1', 'clusteroperators', 'ClusterOperator', { namespaced: false }),
  name: 'image-registry',
};
const NAME = 'clusteroperator image-registry';

/** Checks the ClusterOperator; nothing is reported if it does not exist. @throws ApiError when the server fails */
export async function checkClusterOperator(api: ClusterApi): Promise<Check[]> {
  const operator = await findObject(api, CLUSTER_OPERATOR).catch((error: unknown) => {
    if (isForbidden(error)) return error as Error;
    throw error;
  });
  if (!operator) return [];
  if (operator instanceof Error) return [about('cluster operator')('unknown', unseen(operator))];
  const { conditions = [] } = (operator.status ?? {}) as { conditions?: Condition[] };
  const check = about('cluster operator');
  const unavailable = conditions.find(({ type, status }) => type === 'Available' && status === 'False');
  const degraded = conditions.find(({ type, status }) => type === 'Degraded' && status === 'True');
  const checks = [
    ...(unavailable ? [check('warning', `${NAME} is not Available: ${reasonOf(unavailable)}`, LOOK)] : []),
    ...(degraded ? [await degradedCheck(api, degraded)] : []),
  ];
  return checks.length > 0 ? checks : [check('ok', `${NAME} is not Degraded`)];
}

const LOOK = `read its conditions: oc describe ${NAME}`;

function reasonOf({ reason, message }: Condition): string {
  return [reason, message].filter(Boolean).join(': ') || 'without a reason';
}

async function degradedCheck(api: ClusterApi, condition: Condition): Promise<Check> {
  const text = `${NAME} is Degraded: ${reasonOf(condition)}`;
  const check = about('cluster operator');
  if (!/ImagePruner/.test(`${condition.reason} ${condition.message}`)) return check('warning', text, LOOK);
  const jobs = await failedJobs(api);
  const job = jobs[0] ?? 'NAME';
  const find = jobs.length === 0 ? [`find the failed job: oc -n ${REGISTRY_NAMESPACE} get jobs`] : [];
  return check(
    'warning',
    `${text}; this means that a job of the image pruner failed, and the registry itself can be healthy`,
    ...find,
    `find out why the job failed: oc -n ${REGISTRY_NAMESPACE} logs job/${job}; correct the cause`,
    'the condition ends when a run succeeds (regadm prune schedule --run-now)',
    `or when the failed job is deleted: oc -n ${REGISTRY_NAMESPACE} delete job ${jobs.join(' ') || job}`,
  );
}

/** Lists the names of the failed jobs of image pruners, newest first; none if the user cannot list jobs. */
async function failedJobs(api: ClusterApi): Promise<string[]> {
  const jobs = await listObjects(api, JOBS, { namespace: REGISTRY_NAMESPACE }).catch(() => []);
  const age = ({ metadata }: KubeObject): string => metadata.creationTimestamp ?? '';
  return jobs
    .filter((job) => job.metadata.labels?.['created-by'] === 'image-pruner' && hasFailed(job))
    .sort((a, b) => (age(a) < age(b) ? 1 : -1))
    .map(({ metadata }) => metadata.name);
}

function hasFailed({ status }: KubeObject): boolean {
  const { conditions = [] } = (status ?? {}) as { conditions?: Condition[] };
  return conditions.some((condition) => condition.type === 'Failed' && condition.status === 'True');
}
