import type { KubeObject } from '../model/kube.js';
import { apiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { objectPath } from './objects.js';
import { CLUSTER_VERSIONS, USERS } from './resources.js';

/** Reads the Kubernetes version of the API server, e.g. `v1.33.4`. @throws ApiError */
export async function kubernetesVersion(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request('GET', '/version');
  if (response.status !== 200) throw apiError(response, `${api.server} does not report its version`);
  return response.json<{ gitVersion?: string }>().gitVersion;
}

/** Reads the OpenShift version; undefined if the cluster has none or the user is not allowed to read it. */
export async function openshiftVersion(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request('GET', objectPath(CLUSTER_VERSIONS, 'version'));
  if (response.status !== 200) return undefined;
  const status = response.json<KubeObject>().status as
    { history?: { state?: string; version?: string }[]; desired?: { version?: string } } | undefined;
  return status?.history?.find(({ state }) => state === 'Completed')?.version ?? status?.desired?.version;
}

/** Returns the name of the current user; undefined if the API server does not report it. */
export async function currentUser(api: ClusterApi): Promise<string | undefined> {
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const response = await api.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body });
  const isCreated = response.status === 200 || response.status === 201;
  const review = isCreated ? response.json<{ status?: { userInfo?: { username?: string } } }>() : undefined;
  return review?.status?.userInfo?.username ?? (await openshiftUser(api));
}

async function openshiftUser(api: ClusterApi): Promise<string | undefined> {
  const response = await api.request('GET', objectPath(USERS, '~'));
  return response.status === 200 ? response.json<KubeObject>().metadata.name : undefined;
}

/**
 * Requests a token of a service account that expires.
 * @returns undefined if the user is not allowed to request one
 */
export async function requestToken(
  api: ClusterApi,
  { namespace, name }: { namespace: string; name: string },
  expirationSeconds: number,
): Promise<string | undefined> {
  const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
  const response = await api.request('POST', path, { body });
  return response.status === 201 ? response.json<{ status?: { token?: string } }>().status?.token : undefined;
}
