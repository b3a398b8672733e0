import { Readable } from 'node:stream';
import type { ReceivedResponse, Sender, SentRequest } from '../../http/sender.js';
import { TunnelTimeout } from '../../http/tunnel-timeout.js';
import { AttemptGuard } from '../../kit/attempt-guard.js';
import type { AttemptLimits } from '../../kit/limits.js';
import { onAbort } from '../../kit/on-abort.js';
import type { Proxy } from '../../kit/proxy.js';
import type { CountedRequest } from '../../kit/traffic.js';
import { connectionError } from '../connection-error.js';

export type Method = 'GET' | 'HEAD' | 'DELETE' | 'POST' | 'PUT';

/** The body of a request: bytes, or a stream that each attempt opens again. */
export type RequestBody = Buffer | { bytes: number; open(): AsyncIterable<Buffer> };

/** How to reach a server. */
export interface Route {
  /** Scheme, host and port. */
  origin: string;
  sender: Sender;
  proxy?: Proxy;
}

interface AttemptOptions {
  route: Route;
  method: Method;
  path: string;
  headers: Record<string, string>;
  body?: RequestBody;
  signal?: AbortSignal;
  limits: AttemptLimits;
  /** Timeout of the whole attempt, in ms; 0: none. */
  totalMs: number;
  /** Counts the request when it is sent. */
  counted?: CountedRequest;
}

const EMPTY = Buffer.alloc(0);

/** The source of an uploaded body failed, not the registry. */
class SourceError extends Error {}

/** One attempt of a request, with the time limits for servers that stall. */
export class Attempt {
  readonly guard: AttemptGuard;
  /** Without the query: after a redirect, it can contain a signature. */
  private readonly url: string;
  private readonly abort = new AbortController();
  private readonly ignoreAbort: () => void;

  constructor(private readonly options: AttemptOptions) {
    const { route, path, signal, limits, totalMs } = options;
    this.url = withoutQuery(route.origin + path);
    this.guard = new AttemptGuard((error) => this.abort.abort(error), { totalMs, limits });
    // AbortSignal.any would add a listener per request to a signal that lives as long as the run.
    this.ignoreAbort = onAbort(signal, () => this.abort.abort(signal?.reason));
  }

  /** Sends the request. @returns the response, as soon as its head is complete */
  async send(): Promise<ReceivedResponse> {
    const { route, method, path, headers, body, counted } = this.options;
    this.abort.signal.throwIfAborted();
    const request: SentRequest = {
      origin: route.origin,
      path,
      method,
      headers: { 'user-agent': 'regadm', ...headers, ...lengthOf(body) },
      body: this.content(body),
      signal: this.abort.signal,
      // The guard has its own limits.
      headersTimeout: 0,
      bodyTimeout: 0,
      onSent: () => {
        if (!this.abort.signal.aborted) counted?.sent();
      },
    };
    const response = await route.sender.request(request);
    // A stream without a reader must not end the process when it fails.
    response.body.on('error', () => undefined);
    this.guard.headArrived();
    return response;
  }

  /** Returns the error to throw for one that ended the attempt. */
  failure(error: unknown): Error {
    const { signal, route } = this.options;
    if (error instanceof SourceError) return error.cause as Error;
    if (signal?.aborted) return signal.reason as Error;
    return connectionError(error instanceof TunnelTimeout ? error : (this.guard.error ?? error), this.url, route.proxy);
  }

  /** Ends the transfer, if it is not complete. */
  cancel(): void {
    this.abort.abort(new Error('the rest of the response is not needed'));
    this.end();
  }

  /** The attempt has ended. */
  end(): void {
    this.guard.stop();
    this.ignoreAbort();
  }

  private content(body: RequestBody | undefined): Buffer | Readable | undefined {
    if (body === undefined || Buffer.isBuffer(body)) return body;
    // Over HTTP/2, undici never ends a request with a stream of 0 bytes.
    return body.bytes === 0 ? EMPTY : this.upload(body.open());
  }

  /** Passes the body on. The time that its source takes does not count as the registry's. */
  private upload(source: AsyncIterable<Buffer>): Readable {
    const { guard } = this;
    const { counted } = this.options;
    guard.sendingBody();
    const parts = async function* (): AsyncGenerator<Buffer> {
      guard.pause();
      counted?.pauses();
      try {
        for await (const part of source) {
          guard.resume();
          counted?.waits();
          guard.took(part.length);
          yield part;
          guard.pause();
          counted?.pauses();
        }
      } catch (error) {
        throw new SourceError('the source failed', { cause: error });
      } finally {
        guard.resume();
      }
      guard.sentBody();
      counted?.waits();
    };
    return Readable.from(parts(), { objectMode: false });
  }
}

function lengthOf(body: RequestBody | undefined): Record<string, string> {
  if (body === undefined) return {};
  return { 'content-length': String(Buffer.isBuffer(body) ? body.length : body.bytes) };
}

/** Removes the query from a URL for people: after a redirect, it can contain a signature. */
export function withoutQuery(url: string): string {
  return url.split('?', 1)[0]!;
}
