import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';

/** How a stream says that whoever read it has gone. */
const READER_GONE = new Set<string | undefined>([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Returns true for the error of a stream whose reader has gone away. */
export function isReaderGone(error: unknown): boolean {
  return READER_GONE.has((error as NodeJS.ErrnoException).code);
}

/**
 * Writes a text, or the bytes of one. The write begins before this function returns, so that texts keep their order and
 * none is lost when the process exits.
 * @returns when the stream has taken the text
 * @throws the stream's error
 */
export function writeText(stream: Writable, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = regularFile(stream);
    if (file !== undefined) resolve(writeWhole(file, typeof text === 'string' ? Buffer.from(text) : text));
    else stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}

/** Returns the descriptor of a stream if it is a regular file, for which Node.js writes without waiting. */
function regularFile(stream: Writable & { fd?: unknown }): number | undefined {
  const { fd } = stream;
  return stream.constructor.name === 'SyncWriteStream' && typeof fd === 'number' && fstatSync(fd).isFile()
    ? fd
    : undefined;
}

/** Writes until all is written: a disk that is nearly full takes a part, which Node's own stream would not notice. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
}
