import { readFile } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../model/errors.js';

/**
 * Maximum file size in bytes, far above that of real files, so that a wrong argument (a disk image) does not fill the
 * memory.
 */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads a file as text; `-` is standard input.
 * @throws RegadmError UNREADABLE_FILE that names it
 */
export async function readText(file: string, stdin: AsyncIterable<Buffer | string> = process.stdin): Promise<string> {
  const bytes =
    file === '-' ? await collect(stdin) : await readFile(file).catch((cause) => unreadable(file, messageOf(cause)));
  if (bytes.length > MAX_BYTES)
    unreadable(file, `larger than ${MAX_BYTES} bytes; check whether this is the right file`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return unreadable(file, 'not UTF-8 text');
  }
}

async function collect(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function unreadable(file: string, why: string): never {
  throw new RegadmError(`cannot read ${file === '-' ? 'standard input' : file}: ${why}`, { code: 'UNREADABLE_FILE' });
}
