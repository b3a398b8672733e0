import type { Dispatcher } from '../../http/dispatcher.js';
import type { AttemptGuard } from '../../kit/attempt-guard.js';
import { RegadmError } from '../../model/errors.js';

/** Headers of a response. */
interface Headed {
  headers: Record<string, string | string[] | undefined>;
}

/** Returns a header that occurs once. */
export function headerOf({ headers }: Headed, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Returns the size of a body that the response states; undefined if it states none. */
export function lengthOf(response: Headed): number | undefined {
  const text = headerOf(response, 'content-length');
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

interface Streaming {
  url: string;
  /** Called when nothing more is read. */
  end(): void;
  /** Converts an error of the connection. */
  failure(error: unknown): unknown;
}

/** Passes on the parts of a body. @throws Error if it does not have the size that its head states */
export async function* streamed(
  response: Dispatcher.ResponseData,
  guard: AttemptGuard,
  { url, end, failure }: Streaming,
): AsyncGenerator<Buffer> {
  const expected = lengthOf(response);
  let length = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      guard.took(chunk.length);
      length += chunk.length;
      // The time that the reader takes is not the server's.
      guard.pause();
      yield chunk;
      guard.resume();
    }
  } catch (error) {
    throw failure(error);
  } finally {
    end();
  }
  if (expected !== undefined && length !== expected)
    throw new RegadmError(`${url}: the content has ${length} bytes instead of ${expected}`, { code: 'STORAGE_ERROR' });
}

/** Reads a body up to a limit. */
export async function readBody(
  body: AsyncIterable<Buffer>,
  limit: number,
  guard: AttemptGuard,
): Promise<{ body: Buffer; isCut: boolean }> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    guard.took(chunk.length);
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, limit), isCut: length > limit };
}

/** Creates the error of a body that is longer than the limit. */
export function tooLong(url: string, limit: number): RegadmError {
  return new RegadmError(`${url} answers with more than ${limit / 1024} KiB`, { code: 'STORAGE_ERROR' });
}
