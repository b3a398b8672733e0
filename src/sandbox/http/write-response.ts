import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { RawResponse, SandboxRequest, SandboxResponse } from './response.js';

/** Size in bytes above which responses are compressed, as the API server does. */
const GZIP_THRESHOLD = 1024;
const compress = promisify(gzip);

/** Waits until the client accepts more data or disconnects. */
function drained(out: RawResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      out.removeListener('drain', done);
      out.removeListener('close', done);
      resolve();
    };
    out.once('drain', done);
    out.once('close', done);
  });
}

async function writeChunk(out: RawResponse, chunk: string | Buffer): Promise<void> {
  if (out.destroyed) return;
  const written = (out as ServerResponse).write(chunk);
  if (!written && !out.destroyed) await drained(out);
}

/** Resets the connection (HTTP/1.1) or the stream (HTTP/2). */
export function abortResponse(out: RawResponse): void {
  if ('stream' in out && out.stream) {
    // NGHTTP2_INTERNAL_ERROR: ends this request only, not the others on the connection.
    out.stream.close(2);
    return;
  }
  const socket = out.socket as { resetAndDestroy?: () => void; destroy(): void } | null;
  if (socket?.resetAndDestroy && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket?.destroy();
}

function start(out: RawResponse, response: SandboxResponse, extra: Record<string, string>): void {
  for (const [name, value] of Object.entries({ ...extra, ...response.headers })) out.setHeader(name, value);
  out.statusCode = response.status;
}

/** Writes a response with a complete body; with `cut`, resets the connection after half of it. */
export async function writeResponse(
  request: SandboxRequest,
  out: RawResponse,
  response: SandboxResponse,
  options: { date: string; cut?: boolean },
): Promise<void> {
  const headers: Record<string, string> = { date: options.date };
  if (request.method === 'HEAD' || response.status === 204 || response.body === undefined) {
    start(out, response, headers);
    out.end();
    return;
  }
  if (!isWhole(response.body)) {
    await writeChunks(out, response, response.body, { headers, zip: acceptsGzip(request), cut: options.cut });
    return;
  }
  let body: Buffer = Buffer.isBuffer(response.body) ? response.body : Buffer.from(response.body);
  if (acceptsGzip(request) && body.length > GZIP_THRESHOLD) {
    body = await compress(body, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  headers['content-length'] = String(body.length);
  start(out, response, headers);
  if (!options.cut) {
    (out as ServerResponse).end(body);
    return;
  }
  await writeChunk(out, body.subarray(0, Math.floor(body.length / 2)));
  setTimeout(() => abortResponse(out), 5);
}

async function writeChunks(
  out: RawResponse,
  response: SandboxResponse,
  chunks: Iterable<string>,
  { headers, zip, cut }: { headers: Record<string, string>; zip: boolean; cut?: boolean },
): Promise<void> {
  start(out, response, zip ? { ...headers, 'content-encoding': 'gzip' } : headers);
  let count = 0;
  for await (const chunk of zip ? Readable.from(chunks).pipe(createGzip({ level: 1 })) : chunks) {
    if (out.destroyed) return;
    await writeChunk(out, chunk as string | Buffer);
    if (cut && ++count === 2) {
      setTimeout(() => abortResponse(out), 5);
      return;
    }
  }
  out.end();
}

/**
 * Writes a response byte by byte, with a pause before each one, until the client leaves.
 * @throws AbortError if the sandbox stops meanwhile
 */
export async function writeBytes(
  out: RawResponse,
  response: SandboxResponse,
  { date, pauseMs, stopped }: { date: string; pauseMs: number; stopped: AbortSignal },
): Promise<void> {
  const { body = '' } = response;
  start(out, response, { date });
  for (const byte of Buffer.from(isWhole(body) ? body : [...body].join(''))) {
    await pause(pauseMs, undefined, { signal: stopped });
    if (out.destroyed) return;
    await writeChunk(out, Buffer.of(byte));
  }
  out.end();
}

function isWhole(body: string | Buffer | Iterable<string>): body is string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body);
}

/** Starts a response that lasts until either side ends it. */
export function writeStream(out: RawResponse, response: SandboxResponse, date: string, stopped: AbortSignal): void {
  start(out, response, { date });
  const controller = new AbortController();
  const close = (): void => controller.abort();
  out.once('close', close);
  stopped.addEventListener('abort', close, { once: true });
  controller.signal.addEventListener('abort', () => stopped.removeEventListener('abort', close), { once: true });
  // Sends the headers at once: otherwise, clients would see only at the first event that the watch has started.
  (out as ServerResponse).flushHeaders?.();
  response.stream!({
    write: (text) => void (!out.destroyed && (out as ServerResponse).write(text)),
    end: () => void (!out.destroyed && out.end()),
    closed: controller.signal,
  });
}

function acceptsGzip(request: SandboxRequest): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
}
