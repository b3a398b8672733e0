import type { Writable } from 'node:stream';

/** How a stream says that whoever read it has gone. */
const READER_GONE = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/**
 * Writes chunks one after the other and never faster than they are read. When the reader goes away (`… | head`), it
 * stops quietly.
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
    // A stream tells its error twice, to the write and as an event a moment later: the listener stays where that is to
    // come.
    if (!broken && !stream.destroyed && !stream.errored) stream.off('error', onError);
  }
}

/** Waits for a chunk to be taken, so that at most one is under way. */
function writeOne(stream: Writable, chunk: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
