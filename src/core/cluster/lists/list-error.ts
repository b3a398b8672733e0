import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { isOlderVersion } from '../../model/kube.js';
import { qualifiedName, type Resource } from '../resources.js';

/** Maximum characters of a cause that are quoted. */
const QUOTED = 120;

/** Creates the error for a response that is not a page of the list. */
export function notAList(resource: Resource, url: string, cause: unknown): RegadmError {
  const reason = cause instanceof TypeError ? 'an object in it has fields of other types' : messageOf(cause);
  return new RegadmError(
    `cannot list ${qualifiedName(resource)}: the response is not a list: ${reason.slice(0, QUOTED)}`,
    {
      code: 'API_NOT_JSON',
      suggestions: [ADVICE.serverIsOpenShift(url)],
      cause,
    },
  );
}

/** Creates the error for pages that do not belong together, or are not the whole list. */
export function inconsistent(resource: Resource, cause: unknown): RegadmError {
  return new RegadmError(`cannot list ${qualifiedName(resource)}: the list is inconsistent: ${messageOf(cause)}`, {
    code: 'LIST_INCONSISTENT',
    suggestions: ['run again; if it happens again, check the API server and the proxies in front of it'],
    cause,
  });
}

/** @throws RegadmError LIST_INCONSISTENT if a list is older than what is known: what has changed since is not in it */
export function assertNotOlder(resource: Resource, version: string, known: string): void {
  if (isOlderVersion(version, known))
    throw inconsistent(resource, new Error(`its version ${version} is older than ${known}, which was read before`));
}
