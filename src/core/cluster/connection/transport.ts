import http from 'node:http';
import https from 'node:https';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { ApiRequestOptions } from '../api.js';
import type { Connection } from './credentials.js';

const unzip = promisify(gunzip);

export interface RawResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/**
 * Sends a request to the API server and reads the whole response into memory.
 * @throws the connection's error, or one with the code `ETIMEDOUT` after `timeoutMs` without progress
 */
export async function send(
  url: URL,
  method: string,
  connection: Connection,
  options: ApiRequestOptions,
): Promise<RawResponse> {
  const incoming = await open(url, method, connection, options);
  const chunks = await readAll(incoming);
  if (!incoming.complete) {
    throw Object.assign(new Error('the connection was closed in the middle of the response'), { code: 'ECONNRESET' });
  }
  const body = Buffer.concat(chunks);
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers,
    body: incoming.headers['content-encoding'] === 'gzip' ? await unzip(body) : body,
  };
}

/**
 * Reads a body with event listeners. A large page arrives in hundreds of chunks, and async iteration takes several
 * turns of the event loop for each.
 */
function readAll(incoming: http.IncomingMessage): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => resolve(chunks));
    incoming.on('error', reject);
    incoming.on('close', () => resolve(chunks));
  });
}

/** Sends a request and returns as soon as the head of the response arrives. */
export function open(
  url: URL,
  method: string,
  connection: Connection,
  options: ApiRequestOptions,
): Promise<http.IncomingMessage> {
  const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
  const requestOptions: https.RequestOptions = {
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
    ...(options.signal ? { signal: options.signal } : {}),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'http:' ? http : https).request(url, requestOptions, resolve);
    request.on('error', reject);
    const timeoutMs = options.timeoutMs ?? 0;
    if (timeoutMs > 0) {
      request.setTimeout(timeoutMs, () => {
        request.destroy(Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }));
      });
    }
    request.end(body);
  });
}
