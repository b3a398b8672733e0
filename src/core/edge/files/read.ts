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
  const read = await tryReadText(file, stdin);
  if ('text' in read) return read.text;
  const name = file === '-' ? 'standard input' : file;
  throw new RegadmError(`cannot read ${name}: ${read.problem}`, { code: 'UNREADABLE_FILE' });
}

/**
 * Reads a file as text; `-` is standard input.
 * @returns the text, or why it cannot be read
 */
export async function tryReadText(
  file: string,
  stdin: AsyncIterable<Buffer | string> = process.stdin,
): Promise<{ text: string } | { problem: string }> {
  try {
    const bytes = file === '-' ? await collect(stdin) : await readFile(file);
    if (bytes.length > MAX_BYTES)
      return { problem: `larger than ${MAX_BYTES} bytes; check whether this is the right file` };
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}

async function collect(stream: AsyncIterable<Buffer | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function problemOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EISDIR') return 'it is a directory';
  return code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'not UTF-8 text' : messageOf(error);
}
