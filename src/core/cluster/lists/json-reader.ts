/* eslint max-lines: ['error', 320] -- one scanner over one buffer: its functions share its position, and calls across
   modules cost speed (docs/decisions/0010-parse-only-the-fields-that-decisions-read.md) */
import type { Fields } from '../../model/kube.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const SPACE = 0x20;
const ZERO = 0x30;
/** Name of the array with the objects of a list of the API. */
const ITEMS = 'items';
/** Maximum number of nested lists above a requested field, where the reader calls itself. Skipping has no limit. */
export const MAX_OPEN_LISTS = 512;
/** Maximum nesting depth of a value that is kept, because callers recurse into it. */
export const MAX_KEPT_DEPTH = 512;

/**
 * Parses JSON, but creates values only for the given fields. Everything else (managed fields, environments, labels:
 * nine tenths of most objects) is skipped at several times the speed of `JSON.parse`, without garbage.
 * @param bytes UTF-8
 * @param converter called when the array `items` begins (also if it occurs again, since the last one counts); what it
 *   returns replaces each entry as soon as it is read, so that few entries exist at a time
 * @throws SyntaxError when brackets and separators do not match or the text ends early. Skipped parts are not checked
 *   further.
 */
export function readJson(bytes: Uint8Array, fields: Fields, converter?: () => Convert): unknown {
  const reader = new JsonReader(bytes, converter);
  return reader.document(compile(fields));
}

type Convert = (entry: unknown) => unknown;

/** Fields with their names as bytes, grouped by the length of the name. */
type Compiled =
  'all' | 'type' | { byLength: { name: Uint8Array; key: string; fields: Compiled }[][]; byName: Map<string, Compiled> };

const compiled = new WeakMap<object, Compiled>();

function compile(fields: Fields): Compiled {
  if (typeof fields === 'string') return fields;
  const known = compiled.get(fields);
  if (known) return known;
  const byLength: Exclude<Compiled, string>['byLength'] = [];
  const byName = new Map<string, Compiled>();
  for (const [key, below] of Object.entries(fields)) {
    const entry = { name: Buffer.from(key), key, fields: compile(below) };
    (byLength[entry.name.length] ??= []).push(entry);
    byName.set(key, entry.fields);
  }
  const result = { byLength: Array.from(byLength, (entries) => entries ?? []), byName };
  compiled.set(fields, result);
  return result;
}

class JsonReader {
  private at = 0;
  /** Number of lists that are open. */
  private lists = 0;
  private readonly text: Buffer;
  private readonly end: number;
  private open = new Uint8Array(MAX_KEPT_DEPTH);

  constructor(
    private readonly bytes: Uint8Array,
    private readonly converter?: () => Convert,
  ) {
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
  }

  document(fields: Compiled): unknown {
    this.space();
    const isPage = this.converter && typeof fields !== 'string' && this.bytes[this.at] === OPEN_OBJECT;
    const value = isPage ? this.object(fields, (key, below) => this.convertedField(key, below)) : this.value(fields);
    this.space();
    if (this.at < this.end) throw this.error();
    return value;
  }

  /** Reads a field of the outermost object. */
  private convertedField(key: string, fields: Compiled): unknown {
    if (key !== ITEMS || this.bytes[this.at] !== OPEN_LIST) return this.value(fields);
    const convert = this.converter!();
    if (fields === 'all') return (this.whole() as unknown[]).map(convert);
    this.lists++;
    const list = this.list(fields, convert);
    this.lists--;
    return list;
  }

  private value(fields: Compiled): unknown {
    const first = this.bytes[this.at];
    if (first === QUOTE) return fields === 'type' ? this.skippedString() : this.string();
    if (first !== OPEN_OBJECT && first !== OPEN_LIST) return this.scalar();
    if (fields === 'all') return this.whole();
    if (fields === 'type') {
      this.skip();
      return first === OPEN_OBJECT ? {} : [];
    }
    if (first === OPEN_OBJECT) return this.object(fields);
    // The fields limit the depth of objects, but a server could nest lists until the stack is full.
    if (++this.lists > MAX_OPEN_LISTS) throw this.error();
    const list = this.list(fields);
    this.lists--;
    return list;
  }

  private object(
    fields: Exclude<Compiled, string>,
    field?: (key: string, fields: Compiled) => unknown,
  ): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.at++;
    if (this.nextIs(CLOSE_OBJECT)) return result;
    for (;;) {
      this.space();
      if (this.bytes[this.at] !== QUOTE) throw this.error();
      const from = this.at + 1;
      this.skipString();
      const found = this.find(fields, from, this.at - 1);
      this.expect(COLON);
      this.space();
      if (!found) this.skip();
      else result[found.key] = field ? field(found.key, found.fields) : this.value(found.fields);
      if (this.nextIs(CLOSE_OBJECT)) return result;
      this.expect(COMMA);
    }
  }

  private list(fields: Compiled, convert?: Convert): unknown[] {
    const result: unknown[] = [];
    this.at++;
    if (this.nextIs(CLOSE_LIST)) return result;
    for (;;) {
      this.space();
      const value = this.value(fields);
      result.push(convert ? convert(value) : value);
      if (this.nextIs(CLOSE_LIST)) return result;
      this.expect(COMMA);
    }
  }

  /** Returns the field whose name is between two positions, if it is requested. */
  private find(
    { byLength, byName }: Exclude<Compiled, string>,
    from: number,
    to: number,
  ): { key: string; fields: Compiled } | undefined {
    const { bytes } = this;
    for (const entry of byLength[to - from] ?? []) {
      const { name } = entry;
      let at = 0;
      while (at < name.length && name[at] === bytes[from + at]) at++;
      if (at === name.length) return entry;
    }
    if (!bytes.subarray(from, to).includes(BACKSLASH)) return undefined;
    const key = JSON.parse(this.text.toString('utf8', from - 1, to + 1)) as string;
    const fields = byName.get(key);
    return fields && { key, fields };
  }

  private string(): string {
    const { bytes } = this;
    const from = this.at;
    this.skipString();
    const to = this.at - 1;
    for (let at = from + 1; at < to; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80 || byte < SPACE || byte === BACKSLASH)
        return JSON.parse(this.text.toString('utf8', from, this.at)) as string;
    }
    return this.text.toString('latin1', from + 1, to);
  }

  private skippedString(): string {
    this.skipString();
    return '';
  }

  private whole(): unknown {
    const from = this.at;
    if (this.open.length > MAX_KEPT_DEPTH) this.open = new Uint8Array(MAX_KEPT_DEPTH);
    this.skip();
    if (this.open.length > MAX_KEPT_DEPTH)
      throw new SyntaxError(`a value is nested more than ${MAX_KEPT_DEPTH} levels deep`);
    return JSON.parse(this.text.toString('utf8', from, this.at));
  }

  /** Reads a number, true, false or null. */
  private scalar(): unknown {
    const from = this.at;
    this.skipScalar();
    return this.digits(from, this.at) ?? JSON.parse(this.text.toString('latin1', from, this.at));
  }

  /** Reads a plain integer, which most numbers are; undefined for anything else. */
  private digits(from: number, to: number): number | undefined {
    const { bytes } = this;
    if (to - from > 15 || bytes[from] === ZERO) return undefined;
    let value = 0;
    for (let at = from; at < to; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
    }
    return value;
  }

  private skip(): void {
    const first = this.bytes[this.at];
    if (first === QUOTE) this.skipString();
    else if (first === OPEN_OBJECT || first === OPEN_LIST) this.skipBrackets();
    else this.skipScalar();
  }

  private skipScalar(): void {
    const { bytes, end } = this;
    const from = this.at;
    let at = from;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (
        byte === COMMA ||
        byte === CLOSE_OBJECT ||
        byte === CLOSE_LIST ||
        byte <= SPACE ||
        byte === QUOTE ||
        byte === COLON
      )
        break;
    }
    if (at === from) throw this.error();
    this.at = at;
  }

  private skipString(): void {
    this.at = this.endOfString(this.at) + 1;
  }

  /** Returns the closing quote of a string. `indexOf` compares many bytes at once, which is twice as fast as a loop. */
  private endOfString(from: number): number {
    const { bytes, text } = this;
    for (let at = from; ;) {
      at = text.indexOf(QUOTE, at + 1);
      if (at === -1) throw this.error(this.end);
      let before = at;
      while (bytes[before - 1] === BACKSLASH) before--;
      if ((at - before) % 2 === 0) return at;
    }
  }

  private skipBrackets(): void {
    const { bytes, end } = this;
    let { open } = this;
    let depth = 0;
    for (let at = this.at; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === QUOTE) at = this.endOfString(at);
      else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        if (depth === open.length) open = this.growOpen();
        open[depth++] = byte;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        // In ASCII, the code of a closing bracket is the opening bracket's plus two.
        if (open[--depth]! + 2 !== byte) throw this.error(at);
        if (depth === 0) {
          this.at = at + 1;
          return;
        }
      }
    }
    throw this.error(end);
  }

  /** Doubles the number of brackets that can be open: any tenant can nest a value that decisions do not read. */
  private growOpen(): Uint8Array<ArrayBuffer> {
    const larger = new Uint8Array(this.open.length * 2);
    larger.set(this.open);
    this.open = larger;
    return larger;
  }

  private space(): void {
    const { bytes, end } = this;
    while (this.at < end && bytes[this.at]! <= SPACE) this.at++;
  }

  /** Skips a character if it comes next. */
  private nextIs(byte: number): boolean {
    this.space();
    if (this.bytes[this.at] !== byte) return false;
    this.at++;
    return true;
  }

  private expect(byte: number): void {
    if (!this.nextIs(byte)) throw this.error();
  }

  private error(at = this.at): SyntaxError {
    return new SyntaxError(at >= this.end ? 'the JSON ends early' : `the JSON is malformed at byte ${at}`);
  }
}
