import type { StreamedDocument } from './document.js';

/** A document as JSON, in pieces: a key or an entry of an array on each line. */
export function* jsonPieces({ fields, arrays }: StreamedDocument): Generator<string> {
  let separator = '{\n';
  for (const [key, value] of Object.entries(fields)) {
    yield `${separator}  ${JSON.stringify(key)}: ${JSON.stringify(value)}`;
    separator = ',\n';
  }
  for (const [key, entries] of Object.entries(arrays)) {
    yield `${separator}  ${JSON.stringify(key)}: [`;
    separator = ',\n';
    let lead = '\n    ';
    for (const entry of entries()) {
      yield lead + JSON.stringify(entry);
      lead = ',\n    ';
    }
    yield lead.startsWith(',') ? '\n  ]' : ']';
  }
  yield '\n}\n';
}
