import { isDigest, type Digest } from '../../model/digest.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import type { LoggedRequest } from './types.js';

/** A manifest that a request names: either by digest or by tag. */
export interface ManifestName {
  repository: RepositoryName;
  digest?: Digest;
  tag?: string;
}

/** The last `/manifests/` begins the reference: a repository can have a component of that name. */
const MANIFEST = /^\/v2\/(.+)\/manifests\/([^/]+)$/s;
const TAG = /^\w[\w.-]{0,127}$/;

/** Makes a request of the fields of a line; undefined if one is missing, because it is not answered yet. */
export function toRequest(field: (name: string) => unknown): LoggedRequest | undefined {
  const method = field('http.request.method');
  const uri = field('http.request.uri');
  const code = Number(field('http.response.status') ?? NaN);
  if (typeof method !== 'string' || typeof uri !== 'string' || !Number.isInteger(code)) return undefined;
  const userAgent = field('http.request.useragent');
  return { method, uri, code, userAgent: typeof userAgent === 'string' ? userAgent : '' };
}

/** True for the message with which the registry begins to serve. */
export function isStartMessage(message: unknown): boolean {
  return typeof message === 'string' && message.startsWith('listening on ');
}

/** Returns the manifest that a request names; undefined for any other request. */
export function manifestOf(uri: string): ManifestName | undefined {
  const [, name = '', reference = ''] = MANIFEST.exec(decoded(uri.replace(/[?#].*$/s, ''))) ?? [];
  if (!isRepositoryName(name)) return undefined;
  if (isDigest(reference)) return { repository: name, digest: reference };
  return TAG.test(reference) ? { repository: name, tag: reference } : undefined;
}

function decoded(path: string): string {
  if (!path.includes('%')) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return '';
  }
}
