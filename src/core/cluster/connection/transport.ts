import http from 'node:http';
import https from 'node:https';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { AttemptGuard } from '../../kit/attempt-guard.js';
import { ERROR_BODY_LIMIT_BYTES, RESPONSE_LIMIT_BYTES } from '../../kit/limits.js';
import { onAbort } from '../../kit/on-abort.js';
import type { Timers } from '../../kit/timers.js';
import type { CountedRequest } from '../../kit/traffic.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, hasCode, messageOf } from '../../model/errors.js';
import type { ApiRequestOptions } from '../api.js';
import { collectorOf, type BodyCollector } from './body-collector.js';
import type { LinkSpeed } from './link-speed.js';
import type { Connection } from './credentials.js';
import { freeSocketChunks } from './free-chunks.js';
import { TunnelTimeout } from './tunnel-timeout.js';
import { UnusableResponse } from './unusable-response.js';
import { whenConnected } from '../../kit/when-connected.js';

const unzip = promisify(gunzip);

export interface RawResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
  /** Size of the body as the server sent it; less than `body` if it was compressed. */
  transferredBytes: number;
}

/** A request as it is sent once. */
interface Attempt {
  url: URL;
  method: string;
  connection: Connection;
  options: ApiRequestOptions;
  /** Measures how fast the body arrives. */
  link?: LinkSpeed;
  /** Counts the request when it is sent, and the bytes of its response. */
  counted?: CountedRequest;
  /** Ends the attempt, too. */
  closing?: AbortSignal;
  /** For tests. */
  timers?: Timers;
}

/** A request whose response has begun. */
interface Opened {
  incoming: http.IncomingMessage;
  guard: AttemptGuard;
  /** Removes the listeners of the signals that end the request. */
  ignoreAbort: () => void;
}

/**
 * Sends a request to the API server and reads the whole response into memory. Of an error, 64 KiB are read.
 * @throws the connection's error; AttemptTimeout when the server takes too long; RegadmError API_RESPONSE_TOO_LARGE
 */
export async function send(attempt: Attempt): Promise<RawResponse> {
  const opened = await open(attempt);
  return readWhole(opened, attempt);
}

/**
 * Sends a request and returns as soon as the head of a successful response arrives. From then on nothing limits it.
 * @returns the whole response if its status is not 200
 * @throws as {@link send}
 */
export async function stream(attempt: Attempt): Promise<http.IncomingMessage | RawResponse> {
  const opened = await open(attempt);
  if (opened.incoming.statusCode !== 200) return readWhole(opened, attempt);
  opened.guard.stop();
  opened.incoming.once('close', opened.ignoreAbort);
  return opened.incoming;
}

async function open({ url, method, connection, options, counted, closing, timers }: Attempt): Promise<Opened> {
  for (const signal of [options.signal, closing]) signal?.throwIfAborted();
  const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
  const request = (url.protocol === 'http:' ? http : https).request(url, {
    method,
    agent: connection.agent,
    ...(connection.auth ? { auth: connection.auth } : {}),
    headers: {
      Accept: 'application/json',
      'User-Agent': 'regadm',
      ...connection.headers,
      ...(body ? { 'Content-Type': options.contentType ?? 'application/json', 'Content-Length': body.length } : {}),
      ...options.headers,
    },
  });
  if (counted) whenConnected(request, () => counted.sent());
  const response = new PendingResponse(request);
  const guard = new AttemptGuard((error) => response.abandon(error), { totalMs: options.timeoutMs, timers });
  const ignoring = [options.signal, closing].map((signal) => onAbort(signal, () => response.abandon(signal!.reason)));
  const ignoreAbort = (): void => ignoring.forEach((ignore) => ignore());
  try {
    request.end(body);
    const incoming = await response.head;
    guard.headArrived();
    return { incoming, guard, ignoreAbort };
  } catch (error) {
    ignoreAbort();
    const timeout = failed(guard, connection, error);
    throw guard.error && response.waitsForTunnel ? new TunnelTimeout(guard.error.message) : timeout;
  }
}

/** A response whose head has not arrived. */
class PendingResponse {
  readonly head: Promise<http.IncomingMessage>;
  private reject!: (error: unknown) => void;

  constructor(private readonly request: http.ClientRequest) {
    this.head = new Promise((resolve, reject) => {
      this.reject = reject;
      // Without an error, if the server switches to another protocol.
      const end = (): void => reject(closed('the connection was closed before the response'));
      request.on('close', end);
      request.on('response', (incoming) => {
        request.off('close', end);
        resolve(incoming);
      });
      request.on('error', reject);
    });
  }

  /** True if a proxy has not opened the connection. Without a proxy, a request has its socket at once. */
  get waitsForTunnel(): boolean {
    return this.request.socket === null;
  }

  /**
   * Ends the attempt. Before a request has a socket, destroying it has no effect that anyone could wait for. The socket
   * is not given the error: if the response ends at the same time, nobody listens to the socket, and Node.js
   * would end the process.
   */
  abandon(error: unknown): void {
    this.reject(error);
    this.request.destroy();
  }
}

async function readWhole(
  { incoming, guard, ignoreAbort }: Opened,
  { method, connection, options, link, counted }: Attempt,
): Promise<RawResponse> {
  const { statusCode: status = 0, headers } = incoming;
  const isError = status >= 400;
  const limit = isError ? ERROR_BODY_LIMIT_BYTES : (options.bodyLimit ?? RESPONSE_LIMIT_BYTES);
  try {
    const collector = collectorOf(limit, Number(headers['content-length']) || undefined, options.buffers);
    if (options.buffers) freeSocketChunks(incoming);
    const isCut = await readBody(incoming, collector, guard, { link, counted });
    const body = collector.body();
    if (isCut && !isError) throw tooLarge(limit);
    if (!isCut && !incoming.complete) throw closed('the connection was closed in the middle of the response');
    const transferredBytes = body.length;
    const encoding = headers['content-encoding']?.trim().toLowerCase() || 'identity';
    if (encoding === 'identity' || body.length === 0) return { status, headers, body, transferredBytes };
    const decompressed = await decompress(body, encoding, limit).catch((failure: unknown) => {
      // What an error says is not worth a failure.
      if (isError) return Buffer.alloc(0);
      throw method === 'GET' && !hasCode(failure, 'API_RESPONSE_TOO_LARGE') ? new UnusableResponse(failure) : failure;
    });
    counted?.grew(decompressed.length - transferredBytes);
    options.buffers?.release(body);
    return { status, headers, body: decompressed, transferredBytes };
  } catch (error) {
    throw failed(guard, connection, error);
  } finally {
    ignoreAbort();
    guard.stop();
  }
}

/**
 * Reads a body by events, up to a limit. A large page arrives in hundreds of chunks, and asynchronous iteration costs
 * several turns of the event loop for each.
 * @returns true if the body exceeds the limit
 */
function readBody(
  incoming: http.IncomingMessage,
  collector: BodyCollector,
  guard: AttemptGuard,
  { link, counted }: Pick<Attempt, 'link' | 'counted'>,
): Promise<boolean> {
  let hasBegun = false;
  return new Promise<boolean>((resolve, reject) => {
    incoming.on('data', (chunk: Buffer) => {
      guard.took(chunk.length);
      counted?.took(chunk.length);
      if (hasBegun) link?.took(chunk.length);
      else link?.begin();
      hasBegun = true;
      if (collector.add(chunk)) return;
      resolve(true);
      incoming.destroy();
    });
    const end = (): void => resolve(false);
    incoming.on('end', end);
    incoming.on('error', reject);
    incoming.on('close', end);
  }).finally(() => {
    if (hasBegun) link?.end();
  });
}

/** @throws RegadmError API_RESPONSE_TOO_LARGE, or API_NOT_JSON if the body is not what its encoding says */
async function decompress(body: Buffer, encoding: string, limit: number): Promise<Buffer> {
  try {
    if (encoding !== 'gzip' && encoding !== 'x-gzip') throw new Error(`its encoding is ${encoding.slice(0, 40)}`);
    return await unzip(body, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new RegadmError(`the API server's response cannot be decompressed: ${messageOf(cause)}`, {
      code: 'API_NOT_JSON',
      suggestions: [ADVICE.serverIsApi],
      cause,
    });
  }
}

/**
 * Returns why an attempt failed. After a timeout, connections that are kept open can be dead, too: a retry opens a new
 * one.
 */
function failed(guard: AttemptGuard, { agent }: Connection, error: unknown): unknown {
  guard.stop();
  if (!guard.error) return error;
  for (const sockets of Object.values(agent?.freeSockets ?? {})) for (const socket of sockets ?? []) socket.destroy();
  return guard.error;
}

function closed(what: string): Error {
  return Object.assign(new Error(what), { code: 'ECONNRESET' });
}

function tooLarge(limit: number): RegadmError {
  return new RegadmError(`the API server sent more than ${limit / 1024 / 1024} MiB in one response`, {
    code: 'API_RESPONSE_TOO_LARGE',
    suggestions: ['check whether the server is an API server, and what is between it and this machine'],
  });
}
