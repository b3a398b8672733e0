import { gunzipSync } from 'node:zlib';
import { RegadmError, messageOf } from '../../model/errors.js';
import { mergeShards } from './merge.js';
import { parseShardDocument } from './parse-document.js';
import type { VerifyReport } from '../report.js';

/** A document before it is parsed, possibly compressed with gzip. */
export interface DocumentText {
  /** Where it was read, for messages. */
  source: string;
  content: Buffer;
}

/** Maximum size of a document in bytes, decompressed: a hundred times what a ConfigMap holds. */
export const DOCUMENT_LIMIT_BYTES = 100 * 1024 * 1024;

/**
 * Merges documents as they were read.
 * @throws RegadmError INVALID_FILE
 */
export function mergeDocuments(documents: readonly DocumentText[], whyMissing: string): VerifyReport {
  return mergeShards(
    documents.map((each) => parseShardDocument(textOf(each), each.source)),
    whyMissing,
  );
}

function textOf({ source, content }: DocumentText): string {
  try {
    const bytes = isCompressed(content) ? gunzipSync(content, { maxOutputLength: DOCUMENT_LIMIT_BYTES }) : content;
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const reason = isTooLarge ? `it is larger than ${DOCUMENT_LIMIT_BYTES} bytes` : messageOf(error);
    throw new RegadmError(`${source} cannot be merged: ${reason}`, { code: 'INVALID_FILE' });
  }
}

function isCompressed(content: Buffer): boolean {
  return content[0] === 0x1f && content[1] === 0x8b;
}
