/* eslint max-lines: ['error', 320] -- one scanner over one buffer: its functions share its position, and calls across
   modules cost speed (docs/decisions/0010-parse-only-the-fields-that-decisions-read.md) */
import type { Fields } from '../../model/kube.js';
import { compile, rememberName, type Compiled, type CompiledObject, type Member } from './compiled-fields.js';

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
/** 1 for the bytes of characters that a string contains as they are: ASCII without quote, backslash and controls. */
const PLAIN = new Uint8Array(256).fill(1, SPACE, 0x80);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

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

  private object(fields: CompiledObject, field?: (key: string, fields: Compiled) => unknown): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    this.at++;
    if (this.nextIs(CLOSE_OBJECT)) return result;
    let member = fields.start;
    for (;;) {
      this.space();
      member = this.member(fields, member);
      this.expect(COLON);
      this.space();
      if (member.fields === undefined) this.skip();
      else result[member.key] = field ? field(member.key, member.fields) : this.value(member.fields);
      if (this.nextIs(CLOSE_OBJECT)) return result;
      this.expect(COMMA);
    }
  }

  /** Reads a name. @param previous the name before it */
  private member(fields: CompiledObject, previous: Member): Member {
    if (this.bytes[this.at] !== QUOTE) throw this.error();
    const from = this.at + 1;
    const { next } = previous;
    if (next !== undefined && this.matches(next.bytes, from)) {
      this.at = from + next.bytes.length;
      return next;
    }
    this.skipString();
    const member = this.find(fields, from, this.at);
    if (member !== fields.other) previous.next = member;
    return member;
  }

  /** Returns the name whose bytes, with the quote behind it, are between two positions. */
  private find(fields: CompiledObject, from: number, to: number): Member {
    for (const member of fields.byLength[to - from] ?? []) if (this.matches(member.bytes, from)) return member;
    const bytes = this.bytes.subarray(from, to);
    if (!bytes.includes(BACKSLASH)) return rememberName(fields, bytes);
    const key = JSON.parse(this.text.toString('utf8', from - 1, to)) as string;
    return fields.byKey.get(key) ?? fields.other;
  }

  private matches(expected: Uint8Array, from: number): boolean {
    const { bytes } = this;
    const { length } = expected;
    if (from + length > this.end) return false;
    for (let at = 0; at < length; at++) if (bytes[from + at] !== expected[at]) return false;
    return true;
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

  /** Reads a string. Most are plain, and too short for `endOfString` to be faster. */
  private string(): string {
    const { bytes, end } = this;
    const from = this.at;
    let at = from + 1;
    while (at < end && PLAIN[bytes[at]!] === 1) at++;
    if (bytes[at] !== QUOTE) {
      this.skipString();
      return JSON.parse(this.text.toString('utf8', from, this.at)) as string;
    }
    this.at = at + 1;
    return this.text.toString('latin1', from + 1, at);
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
    if (this.bytes[this.at] !== byte) this.space();
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
