import { hideSecret } from '../../kit/secrets/known.js';
import { RegadmError } from '../../model/errors.js';
import type { AzureCredentials } from '../credentials.js';
import { StoreClient, type ConnectOptions, type StoreResponse } from '../http/client.js';
import type { Expiring } from './renewing.js';

/** An identity of Microsoft Entra ID that trusts tokens of a service account. */
interface FederatedIdentity {
  clientId: string;
  tenantId: string;
  /** URL of the login service, such as `https://login.microsoftonline.com`. */
  authority: string;
  token: string;
}

/**
 * Requests a bearer token for Azure Storage.
 * @throws RegadmError STORAGE_DENIED if Entra ID refuses, STORAGE_ERROR, STORAGE_UNREACHABLE
 */
export async function requestStorageToken(
  identity: FederatedIdentity,
  connect: ConnectOptions & { signal?: AbortSignal },
): Promise<Expiring<AzureCredentials>> {
  const client = await StoreClient.connect('Microsoft Entra ID', identity.authority, connect);
  try {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const base = new URL(identity.authority).pathname.replace(/\/+$/, '');
    const path = `${base}/${encodeURIComponent(identity.tenantId)}/oauth2/v2.0/token`;
    const request = { method: 'POST', path, headers, body: formOf(identity) } as const;
    return read(await client.send(() => request, { signal: connect.signal }));
  } finally {
    await client.close();
  }
}

function formOf({ clientId, token }: FederatedIdentity): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    scope: 'https://storage.azure.com/.default',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: token,
  }).toString();
}

interface Answer {
  access_token?: unknown;
  /** In seconds. */
  expires_in?: unknown;
  error?: unknown;
  error_codes?: unknown;
}

function read({ status, body }: StoreResponse): Expiring<AzureCredentials> {
  const { access_token: token, expires_in: seconds, ...problem } = parsed(body);
  if (status !== 200) throw refused(status, problem);
  if (typeof token !== 'string' || token === '' || !Number.isFinite(Number(seconds)))
    throw new RegadmError('Microsoft Entra ID answers without a token', { code: 'STORAGE_ERROR' });
  hideSecret(token);
  return { value: { token }, expiresAt: Date.now() + Number(seconds) * 1000 };
}

/** Descriptions of Entra ID can contain parts of the token: only its codes are shown. */
function refused(status: number, { error, error_codes: codes }: Answer): RegadmError {
  const numbers = Array.isArray(codes)
    ? codes.filter((code) => Number.isInteger(code)).map((code) => `AADSTS${code}`)
    : [];
  const name = typeof error === 'string' ? [error.replaceAll(/[^\w.-]/g, '?').slice(0, 100)] : [];
  return new RegadmError(
    `Microsoft Entra ID refuses the identity: ${[...name, ...numbers, `status ${status}`].join(', ')}`,
    { code: status < 500 ? 'STORAGE_DENIED' : 'STORAGE_ERROR' },
  );
}

function parsed(body: Buffer): Answer {
  try {
    return (JSON.parse(body.toString('utf8')) as Answer | null) ?? {};
  } catch {
    return {};
  }
}
