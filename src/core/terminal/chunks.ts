/** Large enough that a write costs little, small enough that nobody notices the memory. */
const CHUNK = 64 * 1024;

/** Joins many small pieces of text to chunks of about 64 KiB, the size to write at once. */
export function* inChunks(pieces: Iterable<string>, size = CHUNK): Generator<string> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < size) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
