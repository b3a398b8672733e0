import type { RequestKind } from '../kit/traffic.js';
import type { Method } from './transport/attempt.js';

/** What the registry's API has, in the paths of its repositories and of its own deletions. */
const RESOURCE = /^\/(?:v2\/.+|admin)\/(manifests|blobs|tags|signatures)(?:\/|$)/;

/**
 * Returns by what a request to the registry is counted.
 * @param path undefined for a request to the registry's storage, to which the registry redirects
 */
export function requestKind(method: Method, path: string | undefined): RequestKind {
  const resource = path === undefined ? 'storage' : (RESOURCE.exec(path)?.[1] ?? path.replace(/[?].*$/, ''));
  return { server: 'registry', resource, verb: method.toLowerCase() };
}
