import { open, type FileHandle } from 'node:fs/promises';
import { RegadmError, messageOf } from '../../model/errors.js';
import { DOCUMENT_LIMIT_BYTES, type DocumentText } from './merge-documents.js';

/** Reads a document. @throws RegadmError UNREADABLE_FILE */
export async function readDocument(file: string): Promise<DocumentText> {
  try {
    const handle = await open(file, 'r');
    try {
      return { source: file, content: await readAll(handle) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw new RegadmError(`cannot read ${file}: ${messageOf(error)}`, { code: 'UNREADABLE_FILE', cause: error });
  }
}

/** Reads a file or a pipe, but not more than a document can have. */
async function readAll(handle: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of handle.createReadStream({ autoClose: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > DOCUMENT_LIMIT_BYTES) throw new Error(`it is larger than ${DOCUMENT_LIMIT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
