import type { IncomingMessage } from 'node:http';
import { logExchange } from '../kit/log-exchange.js';
import type { Timers } from '../kit/timers.js';
import type { CountedRequest, RequestKind, Traffic } from '../kit/traffic.js';
import { messageOf } from '../model/errors.js';
import type { ApiRequestOptions } from './api.js';
import type { Connection } from './connection/credentials.js';
import type { LinkSpeed } from './connection/link-speed.js';
import { send, stream, type RawResponse } from './connection/transport.js';
import { UnusableResponse } from './connection/unusable-response.js';
import { requestKind } from './counted-requests.js';

/** A request that is sent once. */
interface Exchange {
  method: string;
  path: string;
  url: URL;
  connection: Connection;
  options: ApiRequestOptions;
  /** Measures how fast the body arrives. */
  link?: LinkSpeed;
}

/** A stream that the server has opened, or the response that it sent instead. */
export type StreamAnswer = { incoming: IncomingMessage; chunks: AsyncIterable<Buffer> } | { response: RawResponse };

/** A command that runs over a connection of its own. */
interface CommandExchange<Result> {
  path: string;
  /** @param opened called when the server has accepted the command */
  run(counted: CountedRequest, opened: () => void): Promise<Result>;
  /** Returns the status of a server that refuses; undefined if there was no response. */
  statusOf(error: unknown): number | undefined;
}

/**
 * Sends requests to the API server, one attempt each, and counts and logs them. Requests that are canceled before they
 * are sent leave no trace.
 */
export class Exchanges {
  private readonly closing = new AbortController();
  private readonly inFlight = new Set<Promise<unknown>>();

  constructor(
    private readonly traffic: Traffic,
    private readonly log: (level: number, line: string) => void,
    private readonly timers?: Timers,
  ) {}

  /** Sends a request and reads the response. @throws as `send` of the transport */
  send(exchange: Exchange): Promise<RawResponse> {
    const { method, path, options } = exchange;
    const kind = requestKind(method, path, options);
    const started = performance.now();
    return this.tracked(exchange, kind, async (counted) => {
      const response = await send(this.attempt(exchange, counted));
      this.log(6, `${method} ${path} ${response.status} in ${Math.round(performance.now() - started)} ms`);
      this.logHeaders(exchange, response, response.body.length);
      return response;
    });
  }

  /** Opens a stream. @throws as `send` of the transport */
  stream(exchange: Exchange): Promise<StreamAnswer> {
    const { method, path, options } = exchange;
    const kind = requestKind(method, path, { isWatch: options.query?.watch === true });
    return this.tracked(exchange, kind, async (counted): Promise<StreamAnswer> => {
      const opened = await stream(this.attempt(exchange, counted));
      const answer: StreamAnswer =
        'body' in opened ? { response: opened } : { incoming: opened, chunks: counted.stream(opened) };
      this.log(6, `${method} ${path} ${'response' in answer ? answer.response.status : 200} (stream)`);
      this.logHeaders(exchange, opened);
      return answer;
    });
  }

  /** Runs a command in a container. It does not end when the exchanges are closed. @throws what it throws */
  async exec<Result>({ path, run, statusOf }: CommandExchange<Result>): Promise<Result> {
    const counted = this.traffic.begin(requestKind('POST', path));
    let logged = false;
    const log = (status: number | undefined, otherwise: string): void => {
      if (!logged) this.log(6, `GET ${path}${status === undefined ? `: ${otherwise}` : ` ${status} (exec)`}`);
      logged = true;
    };
    try {
      const result = await run(counted, () => log(101, ''));
      if (counted.isSent) log(undefined, CANCELED);
      return result;
    } catch (error) {
      log(statusOf(error), messageOf(error));
      throw error;
    }
  }

  /** Cancels all requests and streams, and waits until those are logged that were sent. */
  async close(): Promise<void> {
    this.closing.abort(new Error('the connection to the API server was closed'));
    await Promise.allSettled(this.inFlight);
  }

  private attempt({ options, ...exchange }: Exchange, counted: CountedRequest): Parameters<typeof send>[0] {
    return { ...exchange, options, counted, closing: this.closing.signal, timers: this.timers };
  }

  private async tracked<T>(
    { method, path, options: { signal, isAwaited = true } }: Exchange,
    kind: RequestKind,
    run: (counted: CountedRequest) => Promise<T>,
  ): Promise<T> {
    // A watch serves the run beside its work.
    const counted = this.traffic.begin(kind, isAwaited && kind.verb !== 'watch');
    counted.waits();
    const running = run(counted).catch((error: unknown) => {
      const isCanceled = Boolean(signal?.aborted) || this.closing.signal.aborted;
      if (!isCanceled || counted.isSent) this.log(6, `${method} ${path}: ${isCanceled ? CANCELED : wordsOf(error)}`);
      throw error;
    });
    this.inFlight.add(running);
    try {
      return await running;
    } finally {
      // The parts of a stream are waited for when they are read.
      counted.pauses();
      this.inFlight.delete(running);
    }
  }

  private logHeaders(
    { connection, options }: Exchange,
    { headers }: Pick<RawResponse, 'headers'>,
    bytes?: number,
  ): void {
    logExchange(this.log, { sent: { ...connection.headers, ...options.headers }, received: headers, bytes });
  }
}

const CANCELED = 'canceled';

function wordsOf(error: unknown): string {
  return messageOf(error instanceof UnusableResponse ? error.cause : error);
}
