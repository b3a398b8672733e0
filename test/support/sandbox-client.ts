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
  /** Basic authentication with the token as password, as registries take it. */
  basic?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

/** One request with node:https only, so that nothing of regadm is between the test and the sandbox. */
export function send(
  sandbox: Sandbox,
  method: string,
  url: string,
  options: PlainRequest = {},
): Promise<PlainResponse> {
  const headers: Record<string, string> = { ...options.headers };
  if (options.token) headers.authorization = `Bearer ${options.token}`;
  if (options.basic) headers.authorization = `Basic ${Buffer.from(`x:${options.basic}`).toString('base64')}`;
  // Node sends a DELETE's body without its length unless told.
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

export const apiRequest = (
  sandbox: Sandbox,
  method: string,
  path: string,
  token: string,
  body?: unknown,
  type = 'application/json',
): Promise<PlainResponse> =>
  send(sandbox, method, sandbox.apiUrl + path, {
    token,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': type } }),
  });

export const registryRequest = (
  sandbox: Sandbox,
  method: string,
  path: string,
  basic?: string,
  body?: string | Buffer,
): Promise<PlainResponse> => send(sandbox, method, sandbox.registryUrl + path, { basic, body });

/** A digest that is nowhere. */
export const NOWHERE = `sha256:${'ab'.repeat(32)}`;

export function digest(number: number): string {
  return `sha256:${number.toString(16).padStart(64, '0')}`;
}

/** `count` bare images. */
export function images(count: number): unknown[] {
  return Array.from({ length: count }, (_, at) => ({ metadata: { name: digest(at + 1) } }));
}

/** Repeats a check until it passes, for effects that follow an event by a few turns of the event loop. */
export async function eventually(check: () => Promise<void>): Promise<void> {
  // Ends a hang before Jest does, so that the report shows what was checked.
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
