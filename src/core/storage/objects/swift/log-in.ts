import { hideSecret } from '../../../kit/secrets/known.js';
import { RegadmError } from '../../../model/errors.js';
import type { SwiftLogin } from '../../credentials.js';
import { headerOf, type StoreClient, type StoreResponse } from '../../http/client.js';

/** The result of a login. */
export interface SwiftToken {
  token: string;
  /** The account's URL. */
  storageUrl: string;
  /** In ms since the epoch; undefined if the server does not state it. */
  expiresAt?: number;
}

/**
 * Logs in.
 * @param client connections to the server of `login.authUrl`
 * @throws RegadmError STORAGE_DENIED if the credentials are rejected, STORAGE_ERROR if the answer is not one
 */
export async function logIn(client: StoreClient, login: SwiftLogin): Promise<SwiftToken> {
  return login.version === 1 ? logInV1(client, login) : logInV3(client, login);
}

async function logInV1(client: StoreClient, login: SwiftLogin & { version: 1 }): Promise<SwiftToken> {
  const headers = { 'x-auth-user': login.user, 'x-auth-key': login.key };
  const { pathname, search } = new URL(login.authUrl);
  const response = await client.send(() => ({ method: 'GET', path: pathname + search, headers }));
  assertAccepted(response, login.authUrl);
  const token = headerOf(response, 'x-auth-token') ?? headerOf(response, 'x-storage-token');
  const storageUrl = headerOf(response, 'x-storage-url');
  if (token === undefined || storageUrl === undefined || !URL.canParse(storageUrl))
    throw unexpected(login.authUrl, 'its answer contains no X-Auth-Token and X-Storage-Url');
  hideSecret(token);
  return { token, storageUrl, expiresAt: inSeconds(headerOf(response, 'x-auth-token-expires')) };
}

function inSeconds(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Date.now() + Number(text) * 1000 : undefined;
}

async function logInV3(client: StoreClient, login: SwiftLogin & { version: 3 }): Promise<SwiftToken> {
  const { identity, scope } = login;
  const body = JSON.stringify({ auth: { identity, ...(scope ? { scope } : {}) } });
  const path = `${new URL(login.authUrl).pathname.replace(/\/$/, '')}/v3/auth/tokens`;
  const headers = { 'content-type': 'application/json' };
  const response = await client.send(() => ({ method: 'POST', path, headers, body }));
  assertAccepted(response, login.authUrl);
  const token = headerOf(response, 'x-subject-token');
  hideSecret(token);
  const answer = parsed(response.body);
  if (token === undefined || !Array.isArray(answer?.token?.catalog))
    throw unexpected(login.authUrl, 'its answer contains no token with a catalog');
  const expiresAt = Date.parse(answer.token.expires_at ?? '');
  const storageUrl = findEndpoint(answer.token.catalog, login);
  return { token, storageUrl, ...(Number.isNaN(expiresAt) ? {} : { expiresAt }) };
}

interface Endpoint {
  url?: string;
  interface?: string;
  region?: string;
  region_id?: string;
}

interface TokenAnswer {
  token?: { expires_at?: string; catalog?: { type?: string; endpoints?: Endpoint[] }[] };
}

function parsed(body: Buffer): TokenAnswer | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as TokenAnswer;
  } catch {
    return undefined;
  }
}

/** Finds the account's URL in the catalog of services. */
function findEndpoint(
  catalog: { type?: string; endpoints?: Endpoint[] }[],
  login: SwiftLogin & { version: 3 },
): string {
  const all = catalog.filter(({ type }) => type === 'object-store').flatMap(({ endpoints = [] }) => endpoints);
  const facing = all.filter((endpoint) => endpoint.interface === login.interface);
  const regionOf = (endpoint: Endpoint): string | undefined => endpoint.region ?? endpoint.region_id;
  const found = facing.filter((endpoint) => login.region === undefined || regionOf(endpoint) === login.region);
  const regions = [...new Set(facing.map(regionOf))].join(', ');
  if (found.length === 0)
    throw unexpected(login.authUrl, noEndpoint(login, regions), [
      'choose an endpoint of the service object-store: set OS_REGION_NAME and OS_INTERFACE',
    ]);
  if (new Set(found.map(({ url }) => url)).size > 1)
    throw unexpected(login.authUrl, `its catalog has object-store in several regions: ${regions}`, [
      'set OS_REGION_NAME to the one of the registry',
    ]);
  const { url = '' } = found[0]!;
  if (!URL.canParse(url)) throw unexpected(login.authUrl, 'the endpoint of object-store in its catalog is not a URL');
  return url;
}

function noEndpoint({ interface: facing, region }: SwiftLogin & { version: 3 }, regions: string): string {
  const where = region === undefined ? '' : ` in the region ${region}`;
  return `its catalog has no ${facing} endpoint of object-store${where}${regions === '' ? '' : ` (regions: ${regions})`}`;
}

function assertAccepted({ status }: StoreResponse, authUrl: string): void {
  if (status === 401 || status === 403)
    throw new RegadmError(`${place(authUrl)} rejects the credentials for Swift (status ${status})`, {
      code: 'STORAGE_DENIED',
      suggestions: ['check the OS_* or ST_* variables; an application credential can have expired'],
    });
  if (status < 200 || status > 299) throw unexpected(authUrl, `it answers with status ${status}`);
}

function unexpected(authUrl: string, what: string, suggestions?: string[]): RegadmError {
  return new RegadmError(`cannot log in to Swift at ${place(authUrl)}: ${what}`, {
    code: 'STORAGE_ERROR',
    suggestions: suggestions ?? ['check OS_AUTH_URL or ST_AUTH'],
  });
}

/** The URL without a user, a password and a query. */
function place(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
