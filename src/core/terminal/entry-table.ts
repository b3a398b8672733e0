import type { DigestView } from '../model/table/snapshot.js';
import type { JsonBuffer, LatestText } from './json-buffer.js';

/** One key of the entries of a list, with its value in each. */
export interface Column<Row, Value> {
  /** Returns the value; undefined if the entry does not have the key. */
  value(row: Row): Value;
  /** Writes the key (with its colon) and the same value as JSON; nothing if the entry does not have the key. */
  write(row: Row, out: JsonBuffer, key: Uint8Array): void;
}

/** A column for each key of an entry, in the order of its keys. */
export type Columns<Row, Entry> = { [Key in keyof Entry]-?: Column<Row, Entry[Key]> };

const [OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COMMA] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c];

/**
 * A long list of a document: rows, and the columns that make entries of them. JSON is written from the columns without
 * an object for each entry; everything else iterates over the entries.
 */
export class EntryTable<Row, Entry extends object> implements Iterable<Entry> {
  private readonly columns: { key: string; name: Uint8Array; column: Column<Row, unknown> }[];

  constructor(
    readonly rows: Iterable<Row>,
    columns: Columns<Row, Entry>,
  ) {
    this.columns = Object.entries<Column<Row, unknown>>(columns).map(([key, column]) => ({
      key,
      name: Buffer.from(`,${JSON.stringify(key)}:`),
      column,
    }));
  }

  *[Symbol.iterator](): Generator<Entry> {
    for (const row of this.rows) yield this.entry(row);
  }

  /** Returns the entry of a row. */
  entry(row: Row): Entry {
    const entry: Record<string, unknown> = {};
    for (const { key, column } of this.columns) {
      const value = column.value(row);
      if (value !== undefined) entry[key] = value;
    }
    return entry as Entry;
  }

  /** Writes the same entry as JSON. */
  write(row: Row, out: JsonBuffer): void {
    const start = out.length;
    for (const { name, column } of this.columns) column.write(row, out, name);
    // In place of the comma before the first key.
    if (out.length === start) out.byte(OPEN);
    else out.set(start, OPEN);
    out.byte(CLOSE);
  }
}

/** A column of strings. */
export function text<Row, Value extends string | null | undefined>(of: (row: Row) => Value): Column<Row, Value> {
  const latest: LatestText = { from: 0, to: 0 };
  return {
    value: of,
    write(row, out, key) {
      const value = of(row);
      if (typeof value === 'string') out.text(key, value, latest);
      else if (value === null) out.null(key);
    },
  };
}

/** A column of numbers. */
export function number<Row, Value extends number | null>(of: (row: Row) => Value): Column<Row, Value> {
  return {
    value: of,
    write(row, out, key) {
      const value = of(row);
      if (value === null) out.null(key);
      else out.number(key, value);
    },
  };
}

/** A column of digests, from their numbers. */
export function digest<Row>(digests: DigestView, of: (row: Row) => number): Column<Row, string> {
  return {
    value: (row) => digests.text(of(row)),
    write: (row, out, key) => out.digest(key, digests, of(row)),
  };
}

/** A column of lists that can be long. */
export function list<Row, Inner, Entry extends object>(
  of: (row: Row) => EntryTable<Inner, Entry>,
): Column<Row, Entry[]> {
  return {
    value: (row) => [...of(row)],
    write(row, out, key) {
      const table = of(row);
      out.raw(key);
      out.byte(OPEN_LIST);
      let count = 0;
      for (const inner of table.rows) {
        if (count++ > 0) out.byte(COMMA);
        table.write(inner, out);
      }
      out.byte(CLOSE_LIST);
    },
  };
}

/** A column of anything else that JSON has. */
export function value<Row, Value>(of: (row: Row) => Value): Column<Row, Value> {
  return {
    value: of,
    write(row, out, key) {
      const found = of(row);
      if (found === undefined) return;
      out.raw(key);
      out.value(found);
    },
  };
}
