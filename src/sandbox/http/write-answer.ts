import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip } from 'node:zlib';
import type { Answer, RawResponse, SandboxRequest } from './answer.js';

const GZIP_FROM_BYTES = 1024;
const compress = promisify(gzip);

/** Waits until the client takes more, or is gone. */
function drained(response: RawResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.removeListener('drain', done);
      response.removeListener('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

async function writeChunk(response: RawResponse, chunk: string | Buffer): Promise<void> {
  if (response.destroyed) return;
  const written = (response as ServerResponse).write(chunk);
  if (!written && !response.destroyed) await drained(response);
}

/** Breaks the connection (HTTP/1.1) or the stream (HTTP/2), as a reset that the client notices at once. */
export function breakOff(response: RawResponse): void {
  if ('stream' in response && response.stream) {
    // NGHTTP2_INTERNAL_ERROR: breaks this request off, not its neighbours on the connection.
    response.stream.close(2);
    return;
  }
  const socket = response.socket as { resetAndDestroy?: () => void; destroy(): void } | null;
  if (socket?.resetAndDestroy && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket?.destroy();
}

function start(response: RawResponse, answer: Answer, extra: Record<string, string>): void {
  for (const [name, value] of Object.entries({ ...extra, ...answer.headers })) response.setHeader(name, value);
  response.statusCode = answer.status;
}

/** Writes an answer with a complete body; with `cut`, breaks off in the middle of it. */
export async function writeAnswer(
  request: SandboxRequest,
  response: RawResponse,
  answer: Answer,
  options: { date: string; cut?: boolean },
): Promise<void> {
  const headers: Record<string, string> = { date: options.date };
  if (request.method === 'HEAD' || answer.status === 204 || answer.body === undefined) {
    start(response, answer, headers);
    response.end();
    return;
  }
  if (typeof answer.body !== 'string' && !Buffer.isBuffer(answer.body)) {
    await writeChunks(response, answer, answer.body, { headers, zip: acceptsGzip(request), cut: options.cut });
    return;
  }
  let body: Buffer = Buffer.isBuffer(answer.body) ? answer.body : Buffer.from(answer.body);
  if (acceptsGzip(request) && body.length > GZIP_FROM_BYTES) {
    body = await compress(body, { level: 1 });
    headers['content-encoding'] = 'gzip';
  }
  headers['content-length'] = String(body.length);
  start(response, answer, headers);
  if (!options.cut) {
    (response as ServerResponse).end(body);
    return;
  }
  await writeChunk(response, body.subarray(0, Math.floor(body.length / 2)));
  setTimeout(() => breakOff(response), 5);
}

async function writeChunks(
  response: RawResponse,
  answer: Answer,
  chunks: Iterable<string>,
  { headers, zip, cut }: { headers: Record<string, string>; zip: boolean; cut?: boolean },
): Promise<void> {
  start(response, answer, zip ? { ...headers, 'content-encoding': 'gzip' } : headers);
  let count = 0;
  for await (const chunk of zip ? Readable.from(chunks).pipe(createGzip({ level: 1 })) : chunks) {
    if (response.destroyed) return;
    await writeChunk(response, chunk as string | Buffer);
    if (cut && ++count === 2) {
      setTimeout(() => breakOff(response), 5);
      return;
    }
  }
  response.end();
}

/** Starts an answer that goes on until either side ends it. */
export function writeStream(response: RawResponse, answer: Answer, date: string, stopped: AbortSignal): void {
  start(response, answer, { date });
  const controller = new AbortController();
  const close = (): void => controller.abort();
  response.once('close', close);
  stopped.addEventListener('abort', close, { once: true });
  controller.signal.addEventListener('abort', () => stopped.removeEventListener('abort', close), { once: true });
  // The headers have to leave before the first event does, or clients wait for the watch to begin.
  (response as ServerResponse).flushHeaders?.();
  answer.stream!({
    write: (text) => void (!response.destroyed && (response as ServerResponse).write(text)),
    end: () => void (!response.destroyed && response.end()),
    closed: controller.signal,
  });
}

function acceptsGzip(request: SandboxRequest): boolean {
  return /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
}
