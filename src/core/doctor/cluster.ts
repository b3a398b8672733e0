import type { ClusterApi } from '../cluster/api.js';
import { ApiError, isForbidden } from '../cluster/api-error.js';
import {
  IMAGES,
  IMAGE_STREAMS,
  LIMIT_RANGES,
  REFERRERS,
  qualifiedName,
  type ListedResource,
} from '../cluster/resources.js';
import { ADVICE } from '../model/advice.js';
import { firstObjects } from '../cluster/lists/first-objects.js';
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

const FORBIDDEN = 'forbidden';

/** Checks that all lists for a plan can be read: a pruner that cannot see all uses must not delete. */
export async function checkLists(api: ClusterApi): Promise<Check[]> {
  const wanted = [IMAGES, IMAGE_STREAMS, ...REFERRERS, LIMIT_RANGES];
  const answers = await Promise.all(wanted.map((resource) => listingProblem(api, resource)));
  const problems = [...new Set(answers.map((answer) => answer?.problem))].flatMap((problem) => {
    const names = wanted.filter((_, at) => answers[at]?.problem === problem).map(qualifiedName);
    if (problem === undefined) return [];
    return problem === FORBIDDEN ? [`the user may not list ${names.join(', ')}`] : [`${names.join(', ')} ${problem}`];
  });
  const check = about('lists');
  if (problems.length === 0) return [check('ok', 'all resources that can use an image can be listed')];
  return [check('failed', problems.join('; '), ...new Set(answers.flatMap((answer) => answer?.remedies ?? [])))];
}

interface ListingProblem {
  problem: string;
  remedies: string[];
}

/** Returns why a resource cannot be listed, and what to do about it; undefined when it can. */
async function listingProblem(api: ClusterApi, resource: ListedResource): Promise<ListingProblem | undefined> {
  try {
    await firstObjects(api, resource, 1);
    return undefined;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return isForbidden(error)
      ? { problem: FORBIDDEN, remedies: [ADVICE.grantPrunerToSee] }
      : { problem: `cannot be listed (status ${error.status})`, remedies: error.suggestions };
  }
}
