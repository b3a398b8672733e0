import { redactValues } from '../kit/secrets/redact.js';
import { EntryTable } from './entry-table.js';
import { JsonBuffer } from './json-buffer.js';

type Fields = [key: string, value: unknown][];
type Arrays = [key: string, entries: () => Iterable<unknown>][];

/** A list as it is written: its rows, and how one becomes JSON. */
interface Source {
  rows: Iterable<unknown>;
  entry(row: unknown): unknown;
  write(row: unknown, out: JsonBuffer): void;
}

/** Entries that are searched for secrets together. */
interface Batch {
  rows: unknown[];
  /** Length of the buffer before them. */
  start: number;
  /** What is before the first of them. */
  lead: Uint8Array;
}

const [FIRST, NEXT] = [Buffer.from('\n    '), Buffer.from(',\n    ')];

/**
 * Formats a document as JSON, escaped and without secrets, one field or one array entry per line. Each piece is valid
 * until the next one.
 */
export function* jsonPieces(fields: Fields, arrays: Arrays): Generator<Uint8Array> {
  const out = new JsonBuffer();
  let separator = '{\n';
  for (const [key, value] of fields) {
    out.json(`${separator}  ${JSON.stringify(key)}: ${JSON.stringify(redactValues(value))}`);
    separator = ',\n';
  }
  for (const [key, entries] of arrays) {
    out.json(`${separator}  ${JSON.stringify(key)}: [`);
    separator = ',\n';
    const isEmpty = yield* entryPieces(sourceOf(entries()), out);
    out.json(isEmpty ? ']' : '\n  ]');
  }
  out.json('\n}\n');
  yield out.take();
}

function sourceOf(entries: Iterable<unknown>): Source {
  if (entries instanceof EntryTable) return entries as EntryTable<unknown, object>;
  return { rows: entries, entry: (row) => row, write: (row, out) => out.value(row) };
}

/** Writes entries in batches of one piece each. @returns true if the list is empty */
function* entryPieces(source: Source, out: JsonBuffer): Generator<Uint8Array, boolean> {
  let batch: Batch = { rows: [], start: out.length, lead: FIRST };
  out.begin();
  for (const row of source.rows) {
    out.raw(batch.rows.length === 0 ? batch.lead : NEXT);
    source.write(row, out);
    batch.rows.push(row);
    if (!out.isFull) continue;
    hideSecrets(source, batch, out);
    yield out.take();
    out.begin();
    batch = { rows: [], start: 0, lead: NEXT };
  }
  hideSecrets(source, batch, out);
  return batch.lead === FIRST && batch.rows.length === 0;
}

/** Writes a batch again if it can contain a secret: without it. */
function hideSecrets(source: Source, { rows, start, lead }: Batch, out: JsonBuffer): void {
  if (rows.length === 0 || !out.mayContainSecret()) return;
  out.rewind(start);
  for (const [at, row] of rows.entries()) {
    out.raw(at === 0 ? lead : NEXT);
    out.json(JSON.stringify(redactValues(source.entry(row))));
  }
}
