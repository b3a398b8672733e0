import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';

export type RawRequest = IncomingMessage | Http2ServerRequest;
export type RawResponse = ServerResponse | Http2ServerResponse;

/** A request whose body has been read. */
export interface SandboxRequest {
  method: string;
  /** Path and query as sent. */
  url: string;
  /** Decoded path. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

/** The stream to which a handler writes an open-ended response (watches, followed logs). */
export interface ResponseStream {
  write(text: string): void;
  end(): void;
  /** Aborts when the client disconnects or the sandbox stops. */
  readonly closed: AbortSignal;
}

/** The response of a handler. Chunks are for lists that are too long for one string. */
export interface SandboxResponse {
  status: number;
  headers?: Record<string, string>;
  body?: string | Buffer | Iterable<string>;
  stream?: (out: ResponseStream) => void;
}

/** Makes a JSON response. */
export function jsonResponse(value: unknown, status = 200, headers: Record<string, string> = {}): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: `${JSON.stringify(value)}\n` };
}

export function textResponse(text: string, status = 200): SandboxResponse {
  return {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
    body: text,
  };
}
