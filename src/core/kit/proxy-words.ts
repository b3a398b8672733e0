import type { Proxy } from './proxy.js';

/** Returns the address of a proxy without its user and password. */
export function addressOf({ url }: Proxy): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** Names the variable or the field that names a proxy. */
export function proxySource({ from }: Proxy): string {
  return 'variable' in from ? from.variable : `proxy-url of the kubeconfig's cluster ${JSON.stringify(from.cluster)}`;
}

/** Names the proxy in a description, without its user and password. */
export function throughProxy(proxy: Proxy | undefined): string {
  return proxy ? ` (through the proxy ${addressOf(proxy)})` : '';
}

/** Returns what to do about a proxy: where it is configured, and how to avoid it. */
export function proxyRemedies(url: string, proxy: Proxy): string[] {
  const correct = `correct ${proxySource(proxy)}, which names the proxy`;
  return ['cluster' in proxy.from ? correct : `${correct}, or add ${new URL(url).hostname} to NO_PROXY`];
}

/**
 * Describes why a proxy cannot be used; undefined if it can. What can be a user or a password is omitted.
 * @param schemes those that can be used
 */
export function proxyProblem(proxy: Proxy, schemes: readonly string[]): string | undefined {
  const { url, from } = proxy;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const isSupported = scheme !== undefined && schemes.includes(scheme);
  if (isSupported && isUsable(url)) return undefined;
  const prefix = `the ${'variable' in from ? `proxy in ${from.variable}` : proxySource(proxy)} cannot be used`;
  const shown = JSON.stringify(withoutLogin(url));
  if (isSupported || scheme === undefined)
    return `${prefix}: ${shown} is not a URL of the form ${oneOf(schemes.map((name) => `${name}://HOST:PORT`))}`;
  const kind = scheme.startsWith('socks') && !schemes.includes('socks5') ? 'it is a SOCKS proxy, and ' : '';
  return `${prefix}: ${kind}the scheme of ${shown} is not ${oneOf(schemes)}`;
}

/** Returns a usable URL of a proxy without a path, which has no meaning. */
export function withoutPath(url: string): string {
  return Object.assign(new URL(url), { pathname: '', search: '', hash: '' }).href;
}

function oneOf(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

/** Removes the user and password from a text that is not a URL, and everything after a colon that is not a port. */
function withoutLogin(text: string): string {
  return text.replace(/^(\w[\w+.-]*:\/\/)?.*@/s, '$1').replace(/:(?!\/\/|\d{1,5}(\/|$)).*/s, ':…');
}

function isUsable(text: string): boolean {
  // URL drops tabs and newlines, and takes "http//host" for a host named "http".
  if (/\s/.test(text) || /^http:\/\/(https?|socks\w*):?\//i.test(text) || !URL.canParse(text)) return false;
  const { hostname, username, password } = new URL(text);
  return hostname !== '' && isDecodable(username) && isDecodable(password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
