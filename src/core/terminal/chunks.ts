/** Characters per chunk: large enough for few writes, small enough to use little memory. */
const CHUNK = 64 * 1024;

/** Joins many small pieces of text into chunks of about 64 KiB, each for one write. A piece of bytes is a chunk. */
export function inChunks(pieces: Iterable<string>, size?: number): Generator<string>;
export function inChunks(pieces: Iterable<string | Uint8Array>, size?: number): Generator<string | Uint8Array>;
export function* inChunks(pieces: Iterable<string | Uint8Array>, size = CHUNK): Generator<string | Uint8Array> {
  let chunk = '';
  for (const piece of pieces) {
    const isText = typeof piece === 'string';
    if (isText) chunk += piece;
    if (chunk !== '' && (!isText || chunk.length >= size)) {
      yield chunk;
      chunk = '';
    }
    if (!isText) yield piece;
  }
  if (chunk !== '') yield chunk;
}
