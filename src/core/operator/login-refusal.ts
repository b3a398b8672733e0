import { describePermission, type AccessReview, type Permission } from '../cluster/access-review.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import { isUnauthorized } from '../registry/error.js';

/** The registry reads its user by the token; every authenticated user normally has this permission (basic-user). */
const OWN_USER: Permission = { verb: 'get', group: 'user.openshift.io', resource: 'users', name: '~' };

/**
 * Explains a 401 of the registry for a token that is valid, but whose user the registry may not read.
 * @param review asks the API server for a permission; if it fails, nothing is explained
 * @returns RegadmError FORBIDDEN in this case; every other error as it is
 */
export async function explainLoginRefusal(
  error: unknown,
  review: (permission: Permission) => Promise<AccessReview>,
): Promise<unknown> {
  if (!isUnauthorized(error)) return error;
  const answer = await review(OWN_USER).catch(() => undefined);
  if (answer?.access !== 'denied') return error;
  const problem = `401 Unauthorized: the user may not ${describePermission(OWN_USER)}, by which the registry reads who the token belongs to`;
  return new RegadmError(problem, { code: 'FORBIDDEN', suggestions: [ADVICE.grantBasicUser], cause: error });
}
