import { findProxy, type Proxy } from '../kit/proxy.js';
import { proxyProblem, proxyRemedies, throughProxy, withoutPath } from '../kit/proxy-words.js';
import type { RegistryError } from './error.js';
import { failure } from './failure.js';

/**
 * Finds the proxy for an origin.
 * @throws RegistryError when the variable does not name a usable proxy
 */
export function usableProxy(origin: string, env?: NodeJS.ProcessEnv): Proxy | undefined {
  const proxy = findProxy(origin, env);
  const problem = proxy && proxyProblem(proxy, ['http', 'https']);
  if (problem !== undefined)
    throw failure('proxy', problem, `${origin}/`, { suggestions: proxyRemedies(origin, proxy!) });
  return proxy && { ...proxy, url: withoutPath(proxy.url) };
}

/** Creates the error for a proxy that answers instead of the registry. */
export function proxyRefusal(url: string, status: number, proxy: Proxy): RegistryError {
  const what = `the proxy refuses: status ${status}${throughProxy(proxy)}`;
  return failure('proxy', what, url, { status, suggestions: proxyRemedies(url, proxy) });
}
