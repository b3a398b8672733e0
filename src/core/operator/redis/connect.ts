import { createClient } from '@redis/client';
import { isIP } from 'node:net';
import type { SecureContext } from 'node:tls';
import { describeEndpoint, type Endpoint, type RedisAddress } from './address.js';
import { causeOf } from './cause.js';

/** Timeout of a connection, and of one command, in ms. */
const CONNECT_TIMEOUT_MS = 10_000;
const COMMAND_TIMEOUT_MS = 30_000;

export type Reply = string | number | null | Reply[];

/** One connection to a Redis server. */
export interface RedisConnection {
  /**
   * Sends one command.
   * @throws Error with the server's message
   */
  call(...words: string[]): Promise<Reply>;
  close(): void;
}

interface ConnectOptions {
  address: RedisAddress;
  /** Authorities that verify the server's certificate; undefined without TLS. */
  trust: SecureContext | undefined;
}

/**
 * Connects to the server of an address, or to the master that its Sentinels name. Never reconnects.
 * @throws Error with the reason, without the password
 * @see https://redis.io/docs/latest/develop/reference/sentinel-clients/
 */
export async function connectRedis(options: ConnectOptions): Promise<RedisConnection> {
  const { server } = options.address;
  if (!('sentinels' in server)) return openConnection(server, options);
  const master = await findMaster(server.sentinels, server.master, options);
  const connection = await openConnection(master, options).catch((error: unknown) => {
    throw new Error(`master ${describeEndpoint(master)}: ${causeOf(error)}`, { cause: error });
  });
  await assertMaster(connection, master).catch((error: unknown) => {
    connection.close();
    throw error;
  });
  return connection;
}

async function openConnection({ host, port }: Endpoint, { address, trust }: ConnectOptions): Promise<RedisConnection> {
  const { username, password, database } = address;
  const socket = { host, port, connectTimeout: CONNECT_TIMEOUT_MS, reconnectStrategy: false as const };
  const client = createClient({
    RESP: 2,
    // A password alone belongs to the user `default`; without one, there is nothing to log in with.
    ...(password === undefined ? {} : { username, password }),
    database,
    disableClientInfo: true,
    commandOptions: { timeout: COMMAND_TIMEOUT_MS },
    socket: trust
      ? { ...socket, tls: true as const, secureContext: trust, servername: isIP(host) ? undefined : host }
      : socket,
  });
  // Errors reach the caller through the promises of the commands.
  client.on('error', () => {});
  const close = (): void => client.destroy();
  await client.connect().catch((error: unknown) => {
    close();
    throw error;
  });
  return { call: (...words) => client.sendCommand<Reply>(words), close };
}

/** Asks one Sentinel after the other. */
async function findMaster(sentinels: Endpoint[], name: string, options: ConnectOptions): Promise<Endpoint> {
  const problems: string[] = [];
  const errors: unknown[] = [];
  for (const sentinel of sentinels) {
    try {
      const reply = await askSentinel(sentinel, name, options);
      if (Array.isArray(reply)) return { host: String(reply[0]), port: Number(reply[1]) };
      problems.push(`${describeEndpoint(sentinel)} does not monitor it`);
    } catch (error) {
      problems.push(`${describeEndpoint(sentinel)}: ${causeOf(error)}`);
      errors.push(error);
    }
  }
  throw new Error(`no Sentinel names the master "${name}": ${problems.join('; ')}`, {
    cause: new AggregateError(errors),
  });
}

/**
 * Asks a Sentinel. Logs in only if it requires that: the login is for the Redis servers, and Sentinels often have none.
 */
async function askSentinel(sentinel: Endpoint, name: string, { address, trust }: ConnectOptions): Promise<Reply> {
  const ask = async (login: Partial<RedisAddress>): Promise<Reply> => {
    const { server, tls } = address;
    const connection = await openConnection(sentinel, { address: { server, tls, database: 0, ...login }, trust });
    try {
      return await connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', name);
    } finally {
      connection.close();
    }
  };
  const { username, password } = address;
  return ask({}).catch((error: unknown) => {
    if (password === undefined || !/^NOAUTH\b/.test(causeOf(error))) throw error;
    return ask({ username, password });
  });
}

/**
 * Checks the role of a server. During a failover, Sentinels can still name the old master, which can already be a
 * replica.
 */
async function assertMaster(connection: RedisConnection, endpoint: Endpoint): Promise<void> {
  const role = await connection.call('ROLE');
  if (Array.isArray(role) && role[0] !== 'master')
    throw new Error(
      `${describeEndpoint(endpoint)} is not the master now (${String(role[0])}); try again after the failover`,
    );
}
