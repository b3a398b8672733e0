/** Characters per chunk: large enough for few writes, small enough to use little memory. */
const CHUNK = 64 * 1024;

/** Joins many small pieces of text into chunks of about 64 KiB, each for one write. */
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
