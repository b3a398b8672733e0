import http from 'node:http';
import https from 'node:https';
import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { ApiRequestOptions } from './api.js';
import type { Connection } from './credentials.js';

const unzip = promisify(gunzip);

export interface RawResponse {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

/** One HTTP request to the API server, its whole answer in memory. @throws the connection's error, or an `ETIMEDOUT` one after `timeoutMs` without progress */
export async function send(
  url: URL,
  method: string,
  connection: Connection,
  options: ApiRequestOptions,
): Promise<RawResponse> {
  const answer = await open(url, method, connection, options);
  const chunks = await readAll(answer);
  if (!answer.complete)
    throw Object.assign(new Error('the connection was closed in the middle of the answer'), { code: 'ECONNRESET' });
  const body = Buffer.concat(chunks);
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    body: answer.headers['content-encoding'] === 'gzip' ? await unzip(body) : body,
  };
}

/** Events, since a large page comes in hundreds of pieces: iterating asynchronously costs several turns of the event loop each. */
function readAll(answer: http.IncomingMessage): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => resolve(chunks));
    answer.on('error', reject);
    answer.on('close', () => resolve(chunks));
  });
}

/** Starts a request and returns when the answer's head is there. */
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
