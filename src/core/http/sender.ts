import type { Readable } from 'node:stream';

/** A request that states when it is sent. */
export interface Reported {
  /** Called when the request is sent: not while it waits for a connection. */
  onSent?: () => void;
}

/** A request as it is sent once. */
export interface SentRequest extends Reported {
  /** Scheme, host and port. */
  origin: string;
  path: string;
  method: 'GET' | 'HEAD' | 'DELETE' | 'POST' | 'PUT';
  headers: Record<string, string>;
  body?: Buffer | Readable;
  /** Ends the request and its response. */
  signal: AbortSignal;
  /** Timeout for the head of the response, in ms; 0: none. */
  headersTimeout: 0;
  /** Time without a byte of the response, in ms; 0: none. */
  bodyTimeout: 0;
}

/** A response whose head is complete. */
export interface ReceivedResponse {
  statusCode: number;
  headers: Record<string, string | string[] | undefined>;
  body: Readable;
}

/** Sends requests to one origin. */
export interface Sender {
  /** @throws the error of Node.js or undici if no response arrives */
  request(request: SentRequest): Promise<ReceivedResponse>;
}
