import type { Writable } from 'node:stream';

/** Error codes of a stream whose reader has closed it. */
const READER_GONE = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Writes chunks one after the other, not faster than they are read. Stops without an error when the reader closes the
 * stream (`… | head`).
 * @returns whether everything was written
 * @throws any other error of the stream (a full disk), or of the chunks' source
 */
export async function writeAll(stream: Writable, chunks: Iterable<string> | AsyncIterable<string>): Promise<boolean> {
  let broken: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException): void => void (broken ??= error);
  stream.on('error', onError);
  try {
    for await (const chunk of chunks) {
      if (chunk !== '') await writeOne(stream, chunk);
    }
    return true;
  } catch (error) {
    if (READER_GONE.has((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  } finally {
    // A stream reports an error twice: to the write, and a moment later as an event, for which the listener must stay.
    if (!broken && !stream.destroyed && !stream.errored) stream.off('error', onError);
  }
}

/** Writes a chunk and waits, so that at most one is in flight. */
function writeOne(stream: Writable, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
