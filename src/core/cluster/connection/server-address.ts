import type { ApiRequestOptions } from '../api.js';

/**
 * Returns why a URL cannot be the address of an API server; undefined if it can. A path is possible: some proxies serve
 * several clusters.
 */
export function serverProblem(url: string): string | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url) ?? [];
  if (scheme !== undefined && !/^https?$/i.test(scheme)) return `unsupported scheme: ${scheme}`;
  if (scheme === undefined || !URL.canParse(url)) return 'not an address';
  const { search, hash } = new URL(url);
  return search || hash ? 'an address has no query and no fragment' : undefined;
}

/** Returns the URL of a request. @param server with the path of a proxy, if there is one */
export function requestUrl(server: string, path: string, query: ApiRequestOptions['query'] = {}): URL {
  const url = new URL(server.replace(/\/$/, '') + path);
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}
