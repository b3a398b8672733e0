import { mayContainSecret, redactValues } from '../kit/secrets/redact.js';
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

/** Writes a document without secrets in pieces of one field or many array entries. */
export function streamDocument<Document extends object>(
  document: StreamedDocument<Document>,
  format: 'json' | 'yaml',
): Generator<string> {
  const fields = Object.entries(document.fields).filter(([, value]) => value !== undefined);
  const arrays = Object.entries(document.arrays as Record<string, () => Iterable<unknown>>);
  return format === 'yaml' ? yamlPieces(fields, arrays) : jsonPieces(fields, arrays);
}

/** Length of the entries that are searched for secrets and written together, in characters: one search costs less. */
const BATCH_LENGTH = 64 * 1024;

/** How an entry of an array is formatted, and what is between two entries. */
interface Format {
  entry(value: unknown): string;
  separator: string;
}

/** Formats the entries of an array, without secrets, in pieces of many entries. */
function* formatted(entries: Iterable<unknown>, format: Format): Generator<string> {
  let batch: unknown[] = [];
  let texts: string[] = [];
  let length = 0;
  for (const value of entries) {
    const text = format.entry(value);
    batch.push(value);
    texts.push(text);
    length += text.length;
    if (length < BATCH_LENGTH) continue;
    yield withoutSecrets(batch, texts, format);
    batch = [];
    texts = [];
    length = 0;
  }
  if (batch.length > 0) yield withoutSecrets(batch, texts, format);
}

function withoutSecrets(entries: unknown[], texts: string[], { entry, separator }: Format): string {
  const text = texts.join(separator);
  return mayContainSecret(text) ? entries.map((value) => entry(redactValues(value))).join(separator) : text;
}

type Fields = [key: string, value: unknown][];
type Arrays = [key: string, entries: () => Iterable<unknown>][];

const JSON_FORMAT: Format = { entry: (value) => JSON.stringify(value), separator: ',\n    ' };
const YAML_FORMAT: Format = { entry: (value) => toYamlItem(value, '  '), separator: '' };

/** One field or one array entry per line. */
function* jsonPieces(fields: Fields, arrays: Arrays): Generator<string> {
  let separator = '{\n';
  for (const [key, value] of fields) {
    yield `${separator}  ${JSON.stringify(key)}: ${JSON.stringify(redactValues(value))}`;
    separator = ',\n';
  }
  for (const [key, entries] of arrays) {
    yield `${separator}  ${JSON.stringify(key)}: [`;
    separator = ',\n';
    let lead = '\n    ';
    for (const piece of formatted(entries(), JSON_FORMAT)) {
      yield lead;
      yield piece;
      lead = JSON_FORMAT.separator;
    }
    yield lead.startsWith(',') ? '\n  ]' : ']';
  }
  yield '\n}\n';
}

function* yamlPieces(fields: Fields, arrays: Arrays): Generator<string> {
  yield toYamlBlock(redactValues(Object.fromEntries(fields)) as Record<string, unknown>, '');
  for (const [key, entries] of arrays) {
    let lead = `${key}:\n`;
    for (const piece of formatted(entries(), YAML_FORMAT)) {
      yield lead + piece;
      lead = '';
    }
    if (lead !== '') yield `${key}: []\n`;
  }
}
