import type { FieldPath } from '../model.js';

/** Parsed JSON, with the place of every value. */
interface JsonText {
  value: unknown;
  /** Returns the offset of a value in the text; of its closest existing parent if there is none. */
  offset(path: FieldPath): number;
}

/** Maximum nesting. Ignition configurations have less than 10 levels. */
const MAX_DEPTH = 100;
const SPACE = /[ \t\r\n]*/y;
const STRING = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/y;
const ATOM = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Parses JSON text. The messages of JSON.parse contain parts of the text, which can be secret.
 * @returns the value, or the offset of the first error
 */
export function parseJsonText(text: string): JsonText | { errorAt: number } {
  const scanner = new Scanner(text);
  const end = scanner.document();
  if (!end) return { errorAt: scanner.position };
  try {
    const value: unknown = JSON.parse(text);
    return { value, offset: (path) => closest(scanner.offsets, path) };
  } catch {
    return { errorAt: 0 };
  }
}

function closest(offsets: Map<string, number>, path: FieldPath): number {
  for (let depth = path.length; depth > 0; depth--) {
    const offset = offsets.get(keyOf(path.slice(0, depth)));
    if (offset !== undefined) return offset;
  }
  return offsets.get(keyOf([])) ?? 0;
}

function keyOf(path: FieldPath): string {
  return JSON.stringify(path);
}

/** Finds the offsets of all values, or stops at the first error. */
class Scanner {
  readonly offsets = new Map<string, number>();
  position = 0;

  constructor(private readonly text: string) {}

  /** @returns false if the text is not JSON */
  document(): boolean {
    return this.value([]) && this.position === this.text.length;
  }

  private value(path: FieldPath): boolean {
    this.skip(SPACE);
    this.offsets.set(keyOf(path), this.position);
    if (path.length > MAX_DEPTH) return false;
    const next = this.text[this.position];
    const isValue =
      next === '{' ? this.members(path) : next === '[' ? this.items(path) : this.skip(STRING) || this.skip(ATOM);
    this.skip(SPACE);
    return isValue;
  }

  private members(path: FieldPath): boolean {
    return this.list('}', () => {
      const start = this.position;
      if (!this.skip(STRING)) return false;
      const key = JSON.parse(this.text.slice(start, this.position)) as string;
      this.skip(SPACE);
      return this.skipText(':') && this.value([...path, key]);
    });
  }

  private items(path: FieldPath): boolean {
    let index = 0;
    return this.list(']', () => this.value([...path, index++]));
  }

  /** Skips a list of entries from its opening bracket to the closing one. */
  private list(close: string, entry: () => boolean): boolean {
    this.position++;
    this.skip(SPACE);
    if (this.skipText(close)) return true;
    do {
      this.skip(SPACE);
      if (!entry()) return false;
    } while (this.skipText(','));
    return this.skipText(close);
  }

  private skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.position;
    const match = pattern.exec(this.text);
    if (match) this.position += match[0].length;
    return match !== null && (match[0] !== '' || pattern === SPACE);
  }

  private skipText(text: string): boolean {
    const found = this.text.startsWith(text, this.position);
    if (found) this.position += text.length;
    return found;
  }
}
