import net from 'node:net';
import tls from 'node:tls';
import { RegadmError, messageOf, usageError } from '../model/errors.js';

/** The keys of Distribution's blob cache; nothing else in that Redis is touched. */
const PATTERNS = ['blobs::*', 'repository::*', 'upload::*'];

const TIMEOUT_MS = 30_000;

/** Reads `redis[s]://[user:password@]host[:port][/db]`. @throws RegadmError (USAGE) that does not repeat the password */
export function parseRedisUrl(text: string): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw usageError('--redis-url cannot be parsed', [
      'write it as redis://[user:password@]host[:port][/db], or rediss:// for TLS',
    ]);
  }
  if (!['redis:', 'rediss:'].includes(url.protocol) || !url.hostname || !/^\/?\d*$/.test(url.pathname)) {
    throw usageError(`--redis-url: ${url.protocol}//${url.host}${url.pathname} is no address of a Redis`, [
      'write it as redis://[user:password@]host[:port][/db], or rediss:// for TLS',
    ]);
  }
  return url;
}

/** Binds `emptyBlobCache` to the Redis of `--redis-url`; undefined without it. @throws RegadmError (USAGE) */
export function cacheEmptier(text: string | undefined): (() => Promise<number>) | undefined {
  if (text === undefined) return undefined;
  const url = parseRedisUrl(text);
  return () => emptyBlobCache(url);
}

/**
 * Empties the registry's blob cache in a Redis: without this, the registry believes that deleted layers are there, and lets
 * clients skip them in pushes.
 * @returns how many keys were removed
 * @throws RegadmError REDIS_FAILED
 * @see https://redis.io/docs/latest/develop/reference/protocol-spec/
 */
export async function emptyBlobCache(url: URL): Promise<number> {
  try {
    const redis = await Redis.connect(url);
    try {
      await login(redis, url);
      let removed = 0;
      for (const pattern of PATTERNS) removed += await removeKeys(redis, pattern);
      return removed;
    } finally {
      redis.close();
    }
  } catch (cause) {
    throw new RegadmError(`cannot empty the blob cache in Redis ${url.host}: ${messageOf(cause)}`, {
      code: 'REDIS_FAILED',
      suggestions: [
        'until it is emptied, pushes may miss layers that the registry believes are there: regadm registry restart --redis-url URL',
      ],
      cause,
    });
  }
}

async function login(redis: Redis, url: URL): Promise<void> {
  const password = decodeURIComponent(url.password);
  const user = decodeURIComponent(url.username);
  if (password) await redis.call(user ? ['AUTH', user, password] : ['AUTH', password]);
  const database = url.pathname.replace('/', '');
  if (database) await redis.call(['SELECT', database]);
}

/** SCAN may name a key twice and misses none that is there all the time. */
async function removeKeys(redis: Redis, pattern: string): Promise<number> {
  let cursor = '0';
  let removed = 0;
  do {
    const [next, keys] = (await redis.call(['SCAN', cursor, 'MATCH', pattern, 'COUNT', '1000'])) as [string, string[]];
    if (keys.length > 0) removed += Number(await redis.call(['DEL', ...keys]));
    cursor = next;
  } while (cursor !== '0');
  return removed;
}

type Reply = string | number | null | Reply[];

/** One connection on which one command is under way at a time. */
class Redis {
  private buffer: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  private waiting?: { resolve(reply: Reply): void; reject(error: Error): void };
  private broken?: Error;

  private constructor(private readonly socket: net.Socket) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the connection was closed')));
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
  }

  static connect(url: URL): Promise<Redis> {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port || 6379);
    return new Promise((resolve, reject) => {
      const secure = url.protocol === 'rediss:';
      const socket = secure
        ? tls.connect({ host, port, servername: net.isIP(host) ? undefined : host })
        : net.connect({ host, port });
      socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error(`no connection within ${TIMEOUT_MS / 1000} s`)));
      socket.once('error', reject);
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        socket.removeAllListeners('timeout');
        resolve(new Redis(socket));
      });
    });
  }

  call(words: string[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.broken) return reject(this.broken);
      this.waiting = { resolve, reject };
      this.socket.write(
        `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
      );
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    this.buffer = Buffer.concat([this.buffer, chunk]);
    const parsed = parseReply(this.buffer, 0);
    if (!parsed) return;
    this.buffer = this.buffer.subarray(parsed.end);
    const { waiting } = this;
    this.waiting = undefined;
    if (parsed.value instanceof Error) waiting?.reject(parsed.value);
    else waiting?.resolve(parsed.value);
  }

  private fail(error: Error): void {
    this.broken ??= error;
    this.waiting?.reject(error);
    this.waiting = undefined;
  }
}

/** One RESP2 reply; undefined while it is not whole. */
function parseReply(buffer: Buffer, start: number): { value: Reply | Error; end: number } | undefined {
  const lineEnd = buffer.indexOf('\r\n', start);
  if (lineEnd === -1) return undefined;
  const kind = String.fromCharCode(buffer[start]!);
  const line = buffer.toString('utf8', start + 1, lineEnd);
  const end = lineEnd + 2;
  if (kind === '+') return { value: line, end };
  if (kind === '-') return { value: new Error(line), end };
  if (kind === ':') return { value: Number(line), end };
  if (kind === '$') return parseBulk(buffer, end, Number(line));
  if (kind === '*') return parseArray(buffer, end, Number(line));
  return { value: new Error('the answer is not that of a Redis'), end: buffer.length };
}

function parseBulk(buffer: Buffer, start: number, length: number): { value: Reply; end: number } | undefined {
  if (length < 0) return { value: null, end: start };
  if (buffer.length < start + length + 2) return undefined;
  return { value: buffer.toString('utf8', start, start + length), end: start + length + 2 };
}

function parseArray(buffer: Buffer, start: number, length: number): { value: Reply | Error; end: number } | undefined {
  const values: Reply[] = [];
  let end = start;
  for (let index = 0; index < length; index++) {
    const parsed = parseReply(buffer, end);
    if (!parsed) return undefined;
    if (parsed.value instanceof Error) return { value: parsed.value, end: buffer.length };
    values.push(parsed.value);
    end = parsed.end;
  }
  return { value: values, end };
}
