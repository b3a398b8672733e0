import { streamDocument, type StreamedDocument } from '../../src/core/terminal/streamed-document.js';

/** Writes a document in pieces of text, each of which stays valid. */
export function* documentPieces<Document extends object>(
  document: StreamedDocument<Document>,
  format: 'json' | 'yaml',
): Generator<string> {
  for (const piece of streamDocument(document, format))
    yield typeof piece === 'string' ? piece : Buffer.from(piece).toString();
}
