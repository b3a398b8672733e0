import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import type { Sandbox } from '../../src/sandbox/index.js';
import { TIME_LIMIT_MS } from './jest/time-limit.js';

interface PlainResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  json: <T>() => T;
}

interface PlainRequest {
  token?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** Sends a request with node:https, so that the tests of the sandbox use no code of regadm. */
export function send(
  sandbox: Sandbox,
  method: string,
  url: string,
  options: PlainRequest = {},
): Promise<PlainResponse> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  // Without it, Node sends the body of a DELETE without its length.
  if (options.body !== undefined) headers['content-length'] = String(Buffer.byteLength(options.body));
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      url,
      { method, headers, ca: readFileSync(sandbox.caFile), agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const body = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body,
            json: <T>() => JSON.parse(body) as T,
          });
        });
      },
    );
    request.on('error', reject);
    request.end(options.body);
  });
}

interface ApiRequestOptions {
  token?: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Content type (default: application/json). */
  type?: string;
}

/** Sends a request to the API server. */
export function apiRequest(
  sandbox: Sandbox,
  method: string,
  path: string,
  { token, body, type = 'application/json' }: ApiRequestOptions = {},
): Promise<PlainResponse> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } };
  return send(sandbox, method, sandbox.apiUrl + path, { token, ...content });
}

interface RegistryRequestOptions {
  /** Sent as the password of basic authentication, as registry clients do. */
  token?: string;
  body?: string | Buffer;
}

/** Sends a request to the registry. */
export function registryRequest(
  sandbox: Sandbox,
  method: string,
  path: string,
  { token, body }: RegistryRequestOptions = {},
): Promise<PlainResponse> {
  const basic = token && Buffer.from(`x:${token}`).toString('base64');
  const headers: Record<string, string> = basic ? { authorization: `Basic ${basic}` } : {};
  return send(sandbox, method, sandbox.registryUrl + path, { headers, body });
}

/** A digest that does not exist. */
export const NOWHERE = `sha256:${'ab'.repeat(32)}`;

export function digest(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

/** Makes `count` Image objects with a name only. */
export function images(count: number): unknown[] {
  return Array.from({ length: count }, (_, at) => ({ metadata: { name: digest(at + 1) } }));
}

/** Repeats a check until it passes, for effects that follow an event by a few turns of the event loop. */
export async function eventually(check: () => void | Promise<void>): Promise<void> {
  // Gives up before Jest does, so that the report shows the failed check.
  const deadline = performance.now() + TIME_LIMIT_MS / 2;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
