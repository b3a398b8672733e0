import { createHmac } from 'node:crypto';
import type { StoreRequest } from '../../http/client.js';
import type { AzureSettings, SigningSettings } from './settings.js';

/** The version of the service that requests are written for. */
const VERSION = '2020-10-02';

/** A request to a container. */
export interface AzureRequest extends Pick<StoreRequest, 'method' | 'body' | 'bodyLimit' | 'isStreamed' | 'isSlow'> {
  /** A blob of the container; undefined for the container. */
  key?: string;
  /** True for the account instead of the container. */
  isOfAccount?: boolean;
  query?: Record<string, string>;
  headers?: Record<string, string>;
}

/** Adds the credentials to a request. A signature is valid for 15 minutes. */
export function signRequest(settings: SigningSettings, request: AzureRequest): StoreRequest {
  const { method, body, bodyLimit, isStreamed, isSlow } = request;
  return { method, body, bodyLimit, isStreamed, isSlow, ...signed(settings, request, { 'x-ms-version': VERSION }) };
}

/** Adds the credentials to a request inside a batch, which has the version of the batch. */
export function signPart(
  settings: SigningSettings,
  request: AzureRequest,
): Pick<StoreRequest, 'path'> & {
  headers: Record<string, string>;
} {
  return signed(settings, request, {});
}

function signed(
  settings: SigningSettings,
  request: AzureRequest,
  more: Record<string, string>,
): { path: string; headers: Record<string, string> } {
  const { credentials } = settings;
  const query = new URLSearchParams(request.query);
  const headers = { ...request.headers, ...more, 'x-ms-date': new Date().toUTCString() };
  const path = pathOf(settings, request);
  if ('sas' in credentials) {
    for (const [name, value] of credentials.sas) query.set(name, value);
    return { path: withQuery(path, query), headers };
  }
  if ('token' in credentials)
    return { path: withQuery(path, query), headers: { ...headers, authorization: `Bearer ${credentials.token}` } };
  const text = stringToSign({ method: request.method, body: request.body, headers, path, query }, settings.account);
  const signature = createHmac('sha256', Buffer.from(credentials.key, 'base64')).update(text).digest('base64');
  return {
    path: withQuery(path, query),
    headers: { ...headers, authorization: `SharedKey ${settings.account}:${signature}` },
  };
}

/** Returns the URL of a blob as the source of a copy, with the signature if the credentials are one. */
export function sourceUrl(settings: SigningSettings, key: string): string {
  const { credentials, endpoint } = settings;
  const url = new URL(pathOf(settings, { method: 'GET', key }), endpoint).href;
  return 'sas' in credentials ? `${url}?${credentials.sas}` : url;
}

function pathOf({ endpoint, container }: AzureSettings, { key, isOfAccount }: AzureRequest): string {
  const base = new URL(endpoint).pathname.replace(/\/+$/, '');
  if (isOfAccount) return `${base}/`;
  const names = [container, ...(key === undefined ? [] : key.split('/'))];
  return `${base}/${names.map(encodeURIComponent).join('/')}`;
}

function withQuery(path: string, query: URLSearchParams): string {
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Headers in the order of the signature; none of the others is sent. */
const SIGNED_HEADERS = ['content-encoding', 'content-language', 'content-length', 'content-md5', 'content-type'];
const LATER_HEADERS = ['date', 'if-modified-since', 'if-match', 'if-none-match', 'if-unmodified-since', 'range'];

interface Signable extends Pick<StoreRequest, 'method' | 'body' | 'path'> {
  headers: Record<string, string>;
  query: URLSearchParams;
}

/**
 * Returns what a Shared Key signature covers.
 * @see https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
 */
function stringToSign({ method, body, headers, path, query }: Signable, account: string): string {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  const all: Record<string, string> = { ...headers, 'content-length': length === 0 ? '' : String(length) };
  const standard = [...SIGNED_HEADERS, ...LATER_HEADERS].map((name) => all[name] ?? '');
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]}`);
  const parameters = [...query].map(([name, value]) => `${name.toLowerCase()}:${value}`).sort();
  return [method, ...standard, ...own, [`/${account}${path}`, ...parameters].join('\n')].join('\n');
}
