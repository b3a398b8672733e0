import type { Attempt } from './attempt.js';
import { failure } from '../failure.js';

type Headers = Record<string, string | string[] | undefined>;

interface StreamOptions {
  body: AsyncIterable<Buffer>;
  headers: Headers;
  attempt: Attempt;
  url: string;
}

/** The body of a response that is being received. */
export interface BodyStream {
  /**
   * The parts. The time that the reader takes does not count as the server's. It throws a RegistryError if the
   * connection breaks, the server stalls, or the body has another length than stated.
   */
  content: AsyncIterable<Buffer>;
  /** Ends the transfer of a body that is not read. */
  cancel(): void;
}

/** Makes a stream of a body, which ends the attempt when it was read. */
export function streamOf(options: StreamOptions): BodyStream {
  return { content: partsOf(options), cancel: () => options.attempt.cancel() };
}

async function* partsOf({ body, headers, attempt, url }: StreamOptions): AsyncGenerator<Buffer> {
  const stated = contentLength(headers);
  const { guard } = attempt;
  let length = 0;
  let isComplete = false;
  try {
    for await (const part of body) {
      length += part.length;
      if (stated !== undefined && length > stated) throw wrongLength(`more than ${stated} bytes`, url);
      guard.took(part.length);
      guard.pause();
      yield part;
      guard.resume();
    }
    isComplete = true;
    if (stated !== undefined && length < stated) throw wrongLength(`${length} instead of ${stated} bytes`, url);
  } catch (error) {
    throw attempt.failure(error);
  } finally {
    if (isComplete) attempt.end();
    else attempt.cancel();
  }
}

/** Returns the length of a body; undefined if the response does not state one. */
export function contentLength(headers: Headers): number | undefined {
  const text = headers['content-length'];
  if (typeof text !== 'string' || !/^\d+$/.test(text)) return undefined;
  const length = Number(text);
  return Number.isSafeInteger(length) ? length : undefined;
}

function wrongLength(what: string, url: string): Error {
  return failure('closed', `the body has ${what}`, url);
}
