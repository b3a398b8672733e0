import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import type { Registry } from '../../registry/api.js';
import { IMAGE_CONFIG_PATH } from '../../model/openshift.js';
import { NAMES } from '../render/registry-objects.js';
import { checker, type EdgeCheck } from './check.js';

const { passed, failed, skipped } = checker('cluster');
const NAME = 'registry-login';

/** Opens the registry of the managed cluster: `internal` is its name inside, `route` the host of its public route. */
export type OpenRegistry = (place: { internal?: string; route?: string; token?: string }) => Promise<Registry>;

/** The registry answers and takes a login. Where only certificates are at hand, a token for ten minutes is asked for. @throws RegistryError, ApiError */
export async function checkLogin(api: ClusterApi, open: OpenRegistry): Promise<EdgeCheck[]> {
  const token = (await api.token()) ?? (await shortToken(api));
  const registry = await open({ internal: await internalHost(api), route: await routeHost(api), token });
  try {
    if (!token)
      return [
        skipped(
          NAME,
          `${registry.url} answers, but there is no token to log in with`,
          'log in with oc login, or pass --token',
        ),
      ];
    const refused = await refusedLogin(registry);
    if (refused)
      return [
        failed(
          NAME,
          `${registry.url} does not accept the login: ${refused}`,
          'log in again (oc login), or pass a valid --token',
        ),
      ];
    const how = registry.verified ? '' : ' (its certificate was not checked)';
    return [passed(NAME, `${registry.url} accepts the login${how}`)];
  } finally {
    await registry.close();
  }
}

/** What the registry says to a token that it does not take; other errors are thrown. */
async function refusedLogin(registry: Registry): Promise<string | undefined> {
  try {
    await registry.checkLogin();
    return undefined;
  } catch (error) {
    if ((error as { status?: number }).status === 401) return '401 Unauthorized';
    throw error;
  }
}

/** A token of the namespace's default service account, which the registry takes from anybody. */
async function shortToken(api: ClusterApi): Promise<string | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 600 } };
  const response = await api.request('POST', `/api/v1/namespaces/${NAMES.namespace}/serviceaccounts/default/token`, {
    body,
  });
  return response.status === 201 ? response.json<{ status?: { token?: string } }>().status?.token : undefined;
}

async function internalHost(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request('GET', IMAGE_CONFIG_PATH);
  return response.status === 200
    ? (response.json<KubeObject>().status?.internalRegistryHostname as string | undefined)
    : undefined;
}

async function routeHost(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request(
    'GET',
    `/apis/route.openshift.io/v1/namespaces/${NAMES.namespace}/routes/default-route`,
  );
  return response.status === 200 ? (response.json<KubeObject>().spec?.host as string | undefined) : undefined;
}
