import { hideSecret } from '../kit/secrets/known.js';
import { apiError } from './api-error.js';
import type { ClusterApi } from './api.js';
import { describeObject, pathOf, type ObjectReference } from './object-reference.js';

/**
 * Requests a token of a service account (TokenRequest), which the server does not store.
 * @param audience who accepts the token
 * @param lifetimeSeconds the server can choose another one
 * @throws ApiError
 */
export async function requestToken(
  api: ClusterApi,
  account: ObjectReference,
  { audience, lifetimeSeconds, signal }: { audience: string; lifetimeSeconds: number; signal?: AbortSignal },
): Promise<string> {
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: [audience], expirationSeconds: lifetimeSeconds },
  };
  const step = `cannot request a token for ${describeObject(account)}`;
  const response = await api.request('POST', `${pathOf(account)}/token`, { body, signal });
  if (response.status !== 201 && response.status !== 200) throw apiError(response, step);
  const token = response.json<{ status?: { token?: unknown } }>().status?.token;
  if (typeof token !== 'string' || token === '') throw apiError(response, `${step}: the answer has no token`);
  hideSecret(token);
  return token;
}
