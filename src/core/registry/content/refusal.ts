import { isWebPage } from '../../kit/web-page.js';
import { ADVICE } from '../../model/advice.js';
import { CONTENT_ADVICE } from '../../model/content-advice.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { RegistryError } from '../error.js';
import { failure } from '../failure.js';
import type { Answered } from '../requests.js';
import { notServed } from '../response-error.js';
import { deniesAccess, describe, isReadOnly, READ_ONLY, type Problem } from '../response/problems.js';
import { registryErrorIn, type RegistryMessage } from '../response/registry-message.js';

/** What a request does with the content of a repository. */
interface Access {
  action: 'pull' | 'push';
  repository: RepositoryName;
}

/** Creates the error for an unexpected response to a pull or a push. */
export function accessError(answered: Answered, access: Access): RegistryError {
  const { response, url, proxyRemedies } = answered;
  const { status, storage } = response;
  if (storage !== undefined) {
    const words = `the registry redirects to its storage, ${storage}, which answers ${status}: ${describe(response)}`;
    return failure('answer', words, url, {
      code: 'REGISTRY_ERROR',
      status,
      suggestions: [CONTENT_ADVICE.withoutRedirects],
    });
  }
  const message = registryErrorIn(response);
  const [code, what, ...suggestions] = problemIn(answered, access, message);
  return new RegistryError(what, {
    ...{ kind: 'answer', code, url, status, registryCode: message?.code },
    suggestions: isWebPage(response) ? [...proxyRemedies, ...suggestions] : suggestions,
  });
}

function problemIn({ response, hasToken }: Answered, access: Access, message?: RegistryMessage): Problem {
  const { status } = response;
  if (status === 405 && isReadOnly(response, message)) return READ_ONLY;
  if (!deniesAccess(response, message)) return notServed(response, message);
  if (status === 401) return unauthorized(hasToken, access);
  return access.action === 'push' ? refusedPush(access, describe(response, message)) : forbidden(access);
}

function unauthorized(hasToken: boolean, access: Access): Problem {
  const code = 'REGISTRY_UNAUTHORIZED';
  if (!hasToken) return [code, '401 Unauthorized: no token to log in with', ADVICE.logIn];
  const cause = `the user is not allowed to ${wordsOf(access)}, or the token is not valid (the registry answers 401 to both)`;
  return [code, `401 Unauthorized: ${cause}`, grant(access), ADVICE.logInAgain];
}

function forbidden(access: Access): Problem {
  return ['REGISTRY_UNAUTHORIZED', `403 Forbidden: the user is not allowed to ${wordsOf(access)}`, grant(access)];
}

/** Returns the problem for a 403: the registry answers 401 to a missing permission, and 403 to an exceeded quota. */
function refusedPush({ repository }: Access, words: string): Problem {
  const what = `403 Forbidden: the registry refuses the push: ${words}; usually a quota or a limit of the project is exceeded`;
  return ['REGISTRY_DENIED', what, CONTENT_ADVICE.showQuota(namespaceOf(repository))];
}

function wordsOf({ action, repository }: Access): string {
  return `${action} ${action === 'pull' ? 'from' : 'to'} ${repository}`;
}

function grant({ action, repository }: Access): string {
  const namespace = namespaceOf(repository);
  return action === 'pull' ? CONTENT_ADVICE.grantPull(namespace) : CONTENT_ADVICE.grantPush(namespace);
}

function namespaceOf(repository: RepositoryName): string {
  return repository.split('/', 1)[0]!;
}
