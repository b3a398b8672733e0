import { once } from 'node:events';
import type { Writable } from 'node:stream';

const CHUNK = 64 * 1024;

/** Writes text that is made piece by piece, waiting while the reader is slow; a reader that has gone ends it. */
export async function writePieces(stream: Writable, pieces: Iterable<string>): Promise<void> {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    if (!(await write(stream, chunk))) return;
    chunk = '';
  }
  if (chunk) await write(stream, chunk);
}

async function write(stream: Writable, text: string): Promise<boolean> {
  if (stream.destroyed || !stream.writable) return false;
  if (stream.write(text)) return true;
  await Promise.race([once(stream, 'drain'), once(stream, 'close')]).catch(() => {});
  return !stream.destroyed;
}
