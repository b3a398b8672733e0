import { mayContainSecret, redactValues } from '../kit/secrets/redact.js';
import { jsonPieces } from './json-pieces.js';
import { toYamlBlock, toYamlItem } from './yaml-text.js';

/** Names of a document's top-level arrays. */
type ArrayKeys<Document> = {
  [Key in keyof Document]-?: Document[Key] extends readonly unknown[] ? Key : never;
}[keyof Document];

type EntryOf<List> = List extends readonly (infer Entry)[] ? Entry : never;

/**
 * A document whose arrays are produced one entry at a time, so that memory does not grow with the output. It is written
 * in the order of its keys: first `fields`, then `arrays`.
 */
export interface StreamedDocument<Document extends object> {
  fields: Omit<Document, ArrayKeys<Document>>;
  arrays: { [Key in ArrayKeys<Document>]: () => Iterable<EntryOf<Document[Key]>> };
}

/** True for a document that is produced in pieces. */
export function isStreamed<Document extends object>(
  document: Document | StreamedDocument<Document>,
): document is StreamedDocument<Document> {
  return 'fields' in document && 'arrays' in document;
}

/**
 * Writes a document without secrets in pieces of one field or many array entries. A piece of bytes is escaped, and
 * valid until the next one.
 */
export function streamDocument<Document extends object>(
  document: StreamedDocument<Document>,
  format: 'json' | 'yaml',
): Generator<string | Uint8Array> {
  const fields = Object.entries(document.fields).filter(([, value]) => value !== undefined);
  const arrays = Object.entries(document.arrays as Record<string, () => Iterable<unknown>>);
  return format === 'yaml' ? yamlPieces(fields, arrays) : jsonPieces(fields, arrays);
}

/** Length of the entries that are searched for secrets and written together, in characters: one search costs less. */
const BATCH_LENGTH = 64 * 1024;

type Fields = [key: string, value: unknown][];
type Arrays = [key: string, entries: () => Iterable<unknown>][];

function* yamlPieces(fields: Fields, arrays: Arrays): Generator<string> {
  yield toYamlBlock(redactValues(Object.fromEntries(fields)) as Record<string, unknown>, '');
  for (const [key, entries] of arrays) {
    let lead = `${key}:\n`;
    for (const piece of yamlItems(entries())) {
      yield lead + piece;
      lead = '';
    }
    if (lead !== '') yield `${key}: []\n`;
  }
}

/** Formats the entries of an array, without secrets, in pieces of many entries. */
function* yamlItems(entries: Iterable<unknown>): Generator<string> {
  let batch: unknown[] = [];
  let text = '';
  for (const value of entries) {
    batch.push(value);
    text += toYamlItem(value, '  ');
    if (text.length < BATCH_LENGTH) continue;
    yield withoutSecrets(batch, text);
    batch = [];
    text = '';
  }
  if (batch.length > 0) yield withoutSecrets(batch, text);
}

function withoutSecrets(entries: unknown[], text: string): string {
  return mayContainSecret(text) ? entries.map((value) => toYamlItem(redactValues(value), '  ')).join('') : text;
}
