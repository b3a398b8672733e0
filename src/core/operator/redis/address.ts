/** Host and port of a server. */
export interface Endpoint {
  host: string;
  port: number;
}

/** The address of the registry's blob cache, with the login. */
export interface RedisAddress {
  /** One server, or the Sentinels that know which server is the master. */
  server: Endpoint | { sentinels: Endpoint[]; master: string };
  tls: boolean;
  username?: string;
  password?: string;
  database: number;
}

const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/** Scheme, login, endpoints, path; the login ends at the last `@`. */
const URL_PARTS = /^(rediss?)(\+sentinel)?:\/\/(?:([^/]*)@)?([^@/?#]*)(\/[^?#]*)?$/;

/**
 * Parses `redis[s]://[[user]:password@]host[:port][/db]` or
 * `redis[s]+sentinel://[[user]:password@]host[:port][,…]/MASTER[/db]`.
 * @returns undefined if the text has neither form
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const [, scheme, sentinel, login, hosts, path = ''] = URL_PARTS.exec(text) ?? [];
  if (scheme === undefined) return undefined;
  const endpoints = (hosts ?? '').split(',').map((host) => parseEndpoint(host, sentinel ? SENTINEL_PORT : REDIS_PORT));
  const place = sentinel ? parseSentinelPath(path) : parseDatabasePath(path);
  const credentials = parseLogin(login);
  if (!place || !credentials || !endpoints.every((endpoint) => endpoint !== undefined)) return undefined;
  if (!sentinel && endpoints.length > 1) return undefined;
  const { master, database } = place;
  const server = master === undefined ? endpoints[0]! : { sentinels: endpoints, master };
  return { server, tls: scheme === 'rediss', database, ...credentials };
}

/** Describes an address without its login: `redis.example.com:6379`. */
export function describeAddress({ server }: RedisAddress): string {
  if (!('sentinels' in server)) return describeEndpoint(server);
  return `${server.sentinels.map(describeEndpoint).join(',')}/${server.master}`;
}

export function describeEndpoint({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function parseEndpoint(text: string, defaultPort: number): Endpoint | undefined {
  const [, bracketed, plain, port] = /^(?:\[([\da-f:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const number = Number(port ?? defaultPort);
  return host === undefined || number === 0 || number > 65_535 ? undefined : { host, port: number };
}

interface Place {
  master?: string;
  database: number;
}

function parseDatabasePath(path: string): Place | undefined {
  const match = /^(?:\/(\d{0,9}))?$/.exec(path);
  return match ? { database: Number(match[1] ?? 0) } : undefined;
}

function parseSentinelPath(path: string): Place | undefined {
  const match = /^\/([\w.-]+)(?:\/(\d{0,9}))?$/.exec(path);
  return match ? { master: match[1]!, database: Number(match[2] ?? 0) } : undefined;
}

/** Decodes the login of a URL, which is percent-encoded. */
function parseLogin(login = ''): Pick<RedisAddress, 'username' | 'password'> | undefined {
  const colon = login.includes(':') ? login.indexOf(':') : login.length;
  try {
    const username = decodeURIComponent(login.slice(0, colon)) || undefined;
    const password = decodeURIComponent(login.slice(colon + 1)) || undefined;
    return { username, password };
  } catch {
    return undefined;
  }
}
