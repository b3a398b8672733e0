import type { Proxy } from './proxy.js';

/** Where a kubeconfig names a proxy. */
export const PROXY_FIELD = "proxy-url of the kubeconfig's cluster";

/** Returns the address of a proxy without its user and password. */
export function addressOf({ url }: Proxy): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Names the proxy in a description, without its user and password. */
export function throughProxy(proxy: Proxy | undefined): string {
  return proxy ? ` (through the proxy ${addressOf(proxy)})` : '';
}

/** Returns what to do about a proxy: where it is configured, and how to avoid it. */
export function proxyRemedies(url: string, { variable }: Proxy): string[] {
  const correct = `correct ${variable}, which names the proxy`;
  return [variable === PROXY_FIELD ? correct : `${correct}, or add ${new URL(url).hostname} to NO_PROXY`];
}

/**
 * Describes why a proxy cannot be used; undefined if it can. What can be a user or a password is omitted.
 * @param allowed protocols, with the colon
 */
export function proxyProblem({ url, variable }: Proxy, allowed: readonly string[]): string | undefined {
  const prefix = `the ${variable === PROXY_FIELD ? variable : `proxy in ${variable}`} cannot be used`;
  if (/^socks/i.test(url) && !allowed.some((protocol) => protocol.startsWith('socks')))
    return `${prefix}: it is a SOCKS proxy, which regadm does not support here`;
  if (isUsable(url, allowed)) return undefined;
  return `${prefix}: ${JSON.stringify(withoutLogin(url))} is not a URL of the form http://HOST:PORT`;
}

/** Returns a usable URL of a proxy without a path, which has no meaning. */
export function withoutPath(url: string): string {
  return Object.assign(new URL(url), { pathname: '', search: '', hash: '' }).href;
}

/** Removes the user and password from a text that is not a URL, and everything after a colon that is not a port. */
function withoutLogin(text: string): string {
  return text.replace(/^(\w[\w+.-]*:\/\/)?.*@/s, '$1').replace(/:(?!\/\/|\d{1,5}(\/|$)).*/s, ':…');
}

function isUsable(text: string, allowed: readonly string[]): boolean {
  // URL drops tabs and newlines, and takes "http//host" for a host named "http".
  if (/\s/.test(text) || /^http:\/\/(https?|socks\w*):?\//i.test(text) || !URL.canParse(text)) return false;
  const { protocol, hostname, username, password } = new URL(text);
  return allowed.includes(protocol) && hostname !== '' && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
