import type { ClusterApi } from '../cluster/api.js';
import {
  IMAGES,
  IMAGE_STREAMS,
  LIMIT_RANGES,
  REFERRERS,
  listPath,
  qualifiedName,
  type ListedResource,
} from '../cluster/resources.js';
import { currentUser, kubernetesVersion, openshiftVersion } from '../cluster/server-info.js';
import type { Check } from '../model/check.js';
import { about } from './check.js';

/**
 * Checks that the API server responds, and reports its versions.
 * @throws RegadmError when it cannot be reached, ApiError when it refuses
 */
export async function checkServer(api: ClusterApi): Promise<Check[]> {
  const kubernetes = await kubernetesVersion(api);
  const openshift = await openshiftVersion(api);
  return [
    about('cluster')(
      'ok',
      `${api.server}: ${openshift ? `OpenShift ${openshift}, ` : ''}Kubernetes ${kubernetes ?? '(version unknown)'}`,
    ),
  ];
}

/** Reports the user as whom the API server authenticates regadm. */
export async function checkUser(api: ClusterApi): Promise<Check[]> {
  const name = await currentUser(api);
  return [
    name === undefined
      ? about('user')('unknown', 'the API server does not return the name of the user')
      : about('user')('ok', name),
  ];
}

/** Checks that all lists for a plan can be read: a pruner that cannot see all uses must not delete. */
export async function checkLists(api: ClusterApi): Promise<Check[]> {
  const wanted = [IMAGES, IMAGE_STREAMS, ...REFERRERS, LIMIT_RANGES];
  const answers = await Promise.all(wanted.map((resource) => canList(api, resource)));
  const of = (answer: number | undefined): string[] =>
    wanted.filter((_, at) => answers[at] === answer).map(qualifiedName);
  const statuses = [...new Set(answers)].filter((status) => status !== undefined && status !== 403);
  const problems = [
    ...(answers.includes(403) ? [`the user may not list ${of(403).join(', ')}`] : []),
    ...statuses.map((status) => `${of(status).join(', ')} cannot be listed (status ${status})`),
  ];
  const check = about('lists');
  if (problems.length === 0) return [check('ok', 'all resources that can use an image can be listed')];
  return [
    check(
      'failed',
      problems.join('; '),
      'give the user the role, because a prune deletes nothing unless it sees all uses: oc adm policy add-cluster-role-to-user system:image-pruner USER',
    ),
  ];
}

/** @returns undefined when it can be listed, else the status of the answer */
async function canList(api: ClusterApi, resource: ListedResource): Promise<number | undefined> {
  const { status } = await api.request('GET', listPath(resource), { query: { limit: 1 } });
  return status === 200 || (status === 404 && resource.optional) ? undefined : status;
}
