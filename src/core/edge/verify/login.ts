import type { ClusterApi } from '../../cluster/api.js';
import { hideSecret } from '../../kit/secrets/known.js';
import { reviewAccess, type AccessReview, type Permission } from '../../cluster/access-review.js';
import { getObject } from '../../cluster/objects.js';
import { requestToken } from '../../cluster/server-info.js';
import { ADVICE } from '../../model/advice.js';
import { hasCode } from '../../model/errors.js';
import { IMAGE_CONFIG } from '../../operator/objects.js';
import { explainLoginRefusal } from '../../operator/login-refusal.js';
import type { Registry } from '../../registry/api.js';
import { isUnauthorized } from '../../registry/error.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';
import type { TimeLimit } from './time-limit.js';

const { passed, failed, skipped } = checker('cluster');
const NAME = 'registry-login';
/** Lifetime of a token that is requested only for this check, in seconds. */
const TOKEN_SECONDS = 600;

/** What ends the requests to the registry, and gets the errors of those that are retried. */
type LoginLimit = Partial<Pick<TimeLimit, 'signal' | 'onRetry'>>;

/** Opens the registry of the managed cluster, with a token to log in with if there is one. */
export type OpenRegistry = (token: string | undefined) => Promise<Registry>;

/**
 * Checks that the registry answers and accepts a login. If the kubeconfig has no token, requests one for ten minutes.
 * @throws RegistryError, ApiError
 */
export async function checkLogin(api: ClusterApi, open: OpenRegistry, limit: LoginLimit = {}): Promise<EdgeCheck[]> {
  const ownToken = await api.token();
  const token = ownToken ?? (await shortToken(api));
  // The API server can only be asked about the user of the kubeconfig.
  const review = ownToken === undefined ? undefined : (permission: Permission) => reviewAccess(api, permission);
  const registry = await open(token).catch((error: unknown) => explained(error, api));
  try {
    return [await loginCheck(registry, token !== undefined, { review, limit })];
  } finally {
    await registry.close();
  }
}

/** Throws why the name of the registry could not be read, if that is why it is not known; else the error. */
async function explained(error: unknown, api: ClusterApi): Promise<never> {
  if (hasCode(error, 'REGISTRY_UNKNOWN')) await getObject(api, IMAGE_CONFIG);
  throw error;
}

interface LoginOptions {
  /** Undefined if the API server cannot be asked about the user whose token is used. */
  review?: Review;
  limit: LoginLimit;
}

async function loginCheck(registry: Registry, hasToken: boolean, options: LoginOptions): Promise<EdgeCheck> {
  const { url } = registry;
  if (!hasToken)
    return skipped(
      NAME,
      `${url} answers, but regadm has no token to log in with`,
      'log in with oc login, or pass --token',
    );
  const refusal = await loginRefusal(registry, options);
  if (refusal) {
    const [what, remedy] = refusal;
    return failed(NAME, `${url} does not accept the login: ${what}`, remedy);
  }
  return passed(NAME, `${url} accepts the login${registry.verified ? '' : ' (its certificate was not checked)'}`);
}

/** Asks the API server for a permission of the user whose token is used. */
type Review = (permission: Permission) => Promise<AccessReview>;

/** Logs in; returns why a login is refused, and what to do. */
async function loginRefusal(
  registry: Registry,
  { review, limit: { signal, onRetry } }: LoginOptions,
): Promise<[what: string, remedy: string] | undefined> {
  try {
    await registry.checkLogin({ signal, onRetry });
    return undefined;
  } catch (error) {
    if (!isUnauthorized(error)) throw error;
    const cause = review && (await explainLoginRefusal(error, review));
    return hasCode(cause, 'FORBIDDEN')
      ? [cause.message, ADVICE.grantBasicUser]
      : ['401 Unauthorized', ADVICE.logInAgain];
  }
}

/** Requests a token of the namespace's default service account; the registry accepts every service account. */
async function shortToken(api: ClusterApi): Promise<string | undefined> {
  const token = await requestToken(api, { namespace: NAMES.namespace, name: 'default' }, TOKEN_SECONDS);
  hideSecret(token);
  return token;
}
