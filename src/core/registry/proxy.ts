import { findProxy, type Proxy } from '../kit/proxy.js';
import type { RegistryError } from './error.js';
import { failure } from './failure.js';

/**
 * Finds the proxy for an origin.
 * @throws RegistryError when the variable names no usable proxy. The error leaves its text out, which can contain a
 * password.
 */
export function usableProxy(origin: string, env?: NodeJS.ProcessEnv): Proxy | undefined {
  const proxy = findProxy(origin, env);
  if (proxy && !isUsable(proxy.url)) {
    const what = `the proxy in ${proxy.variable} cannot be used: it is not a URL of the form http://HOST:PORT`;
    throw failure('proxy', what, `${origin}/`, { suggestions: proxyRemedies(origin, proxy) });
  }
  return proxy;
}

/** Names the proxy in a description, without its user and password. */
export function throughProxy(proxy: Proxy | undefined): string {
  return proxy ? ` (through the proxy ${new URL(proxy.url).origin})` : '';
}

/** Returns what to do about a proxy: where it is configured, and how to avoid it. */
export function proxyRemedies(url: string, { variable }: Proxy): string[] {
  return [`correct ${variable}, which names the proxy, or add ${new URL(url).hostname} to NO_PROXY`];
}

/** Creates the error for a proxy that answers instead of the registry. */
export function proxyRefusal(url: string, status: number, proxy: Proxy): RegistryError {
  const what = `the proxy refuses: status ${status}${throughProxy(proxy)}`;
  return failure('proxy', what, url, { status, suggestions: proxyRemedies(url, proxy) });
}

function isUsable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && hostname !== '' && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
