import type { ClusterApi } from '../../cluster/api.js';
import { hideSecret } from '../../kit/secrets/known.js';
import { requestToken } from '../../cluster/server-info.js';
import type { Registry } from '../../registry/api.js';
import { isUnauthorized } from '../../registry/error.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';

const { passed, failed, skipped } = checker('cluster');
const NAME = 'registry-login';
/** Lifetime of a token that is requested only for this check, in seconds. */
const TOKEN_SECONDS = 600;

/** Opens the registry of the managed cluster, with a token to log in with if there is one. */
export type OpenRegistry = (token: string | undefined) => Promise<Registry>;

/**
 * Checks that the registry answers and accepts a login. If the kubeconfig has no token, requests one for ten minutes.
 * @throws RegistryError, ApiError
 */
export async function checkLogin(api: ClusterApi, open: OpenRegistry): Promise<EdgeCheck[]> {
  const token = (await api.token()) ?? (await shortToken(api));
  const registry = await open(token);
  try {
    return [await loginCheck(registry, token !== undefined)];
  } finally {
    await registry.close();
  }
}

async function loginCheck(registry: Registry, hasToken: boolean): Promise<EdgeCheck> {
  const { url } = registry;
  if (!hasToken)
    return skipped(
      NAME,
      `${url} answers, but regadm has no token to log in with`,
      'log in with oc login, or pass --token',
    );
  if (!(await acceptsLogin(registry))) {
    const remedy = 'log in again (oc login), or pass a valid --token';
    return failed(NAME, `${url} does not accept the login: 401 Unauthorized`, remedy);
  }
  return passed(NAME, `${url} accepts the login${registry.verified ? '' : ' (its certificate was not checked)'}`);
}

async function acceptsLogin(registry: Registry): Promise<boolean> {
  try {
    await registry.checkLogin();
    return true;
  } catch (error) {
    if (isUnauthorized(error)) return false;
    throw error;
  }
}

/** Requests a token of the namespace's default service account; the registry accepts every service account. */
async function shortToken(api: ClusterApi): Promise<string | undefined> {
  const token = await requestToken(api, { namespace: NAMES.namespace, name: 'default' }, TOKEN_SECONDS);
  hideSecret(token);
  return token;
}
