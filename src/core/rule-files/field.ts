import { isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import { suggest } from '../kit/suggest.js';
import { quote } from '../model/names/quote.js';
import { parseFlagDuration } from '../model/values/duration.js';

/** Takes mistakes. */
interface Problems {
  report(offset: number, field: string, message: string): void;
  /** Returns the line of a position. */
  lineOf(offset: number): number;
}

/** The place of a field: its path in the file, and the position of its key. */
interface Place {
  path: string;
  offset: number;
}

/**
 * A value in a file that a user wrote. Each method returns the value if it is of the kind that is expected, and
 * otherwise reports the mistake and returns undefined.
 */
export class Field {
  constructor(
    private readonly problems: Problems,
    private readonly node: unknown,
    private readonly place: Place,
  ) {}

  get path(): string {
    return this.place.path;
  }

  /** Line of the value in the file; 1 is the first. */
  get line(): number {
    return this.problems.lineOf(this.offset);
  }

  /** True if nothing is written after the colon. */
  get isEmpty(): boolean {
    return this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  /** Reports a mistake at the value. */
  report(message: string): undefined {
    this.problems.report(this.offset, this.path, message);
  }

  /** Reads the fields of a mapping by name; unknown names and names that occur twice are mistakes. */
  mapping<Name extends string>(known: readonly Name[]): Partial<Record<Name, Field>> | undefined {
    const allowed = `allowed are ${known.join(', ')}`;
    if (!isMap(this.node)) return this.mustBe(`a mapping; ${allowed}`);
    const fields: Partial<Record<string, Field>> = {};
    for (const pair of this.node.items as Pair<Node, Node | null>[]) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '?';
      const field = this.inside(this.path ? `${this.path}.${shorten(name)}` : shorten(name), pair.value, pair.key);
      if (!(known as readonly string[]).includes(name)) {
        const [similar] = suggest(name.slice(0, 100), known);
        field.reportKey(`unknown field${similar ? `, did you mean ${similar}?` : ''}; ${allowed}`);
      } else if (Object.hasOwn(fields, name)) field.reportKey('the field occurs twice');
      else fields[name] = field;
    }
    return fields;
  }

  /** Reads the entries of a list. @param of what the entries are, as in "a list of rules" */
  list(of: string): Field[] | undefined {
    if (!isSeq(this.node)) return this.mustBe(`a list of ${of}`);
    return this.node.items.map((item, at) => this.inside(`${this.path}[${at}]`, item, this.node as Node));
  }

  /** Reads a text that is not empty. */
  text(): string | undefined {
    const value = this.scalar();
    if (typeof value === 'string' && value.trim() !== '') return value;
    if (typeof value === 'string') return this.report('must not be empty');
    return this.mustBe('text, which needs quotes if it looks like a number, a boolean or a time');
  }

  /** Reads one of several texts. */
  oneOf<Value extends string>(values: readonly Value[]): Value | undefined {
    const value = this.scalar();
    const found = values.find((allowed) => allowed === value);
    return found ?? this.mustBe(values.join(' or '));
  }

  /** Reads a whole number of at least 0. */
  count(): number | undefined {
    const value = this.scalar();
    return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : this.mustBe('a whole number, 0 or more');
  }

  boolean(): boolean | undefined {
    const value = this.scalar();
    return typeof value === 'boolean' ? value : this.mustBe('true or false');
  }

  /** Reads a duration as flags accept it. Returns it in ms, and as it was written. */
  duration(): { ms: number; text: string } | undefined {
    const value = this.scalar();
    const text = value === 0 ? '0' : value;
    const ms = typeof text === 'string' ? parseFlagDuration(text) : undefined;
    if (ms === undefined || ms < 0 || !Number.isFinite(ms))
      return this.mustBe('a duration that is not negative, such as 60m, 36h, 14d, 1d12h or 0');
    return { ms, text: text as string };
  }

  /** Reports that a field is missing in this mapping. */
  missing(name: string, what: string): undefined {
    const path = this.path ? `${this.path}.${name}` : name;
    return this.inside(path, this.node, this.node as Node).report(`is missing; ${what}`);
  }

  /** Position of the value; of its key if there is none. */
  private get offset(): number {
    return this.isEmpty ? this.place.offset : ((this.node as Node | null)?.range?.[0] ?? this.place.offset);
  }

  private reportKey(message: string): void {
    this.problems.report(this.place.offset, this.path, message);
  }

  private inside(path: string, node: unknown, key: Node | null): Field {
    return new Field(this.problems, node, { path, offset: key?.range?.[0] ?? this.place.offset });
  }

  private scalar(): unknown {
    return isScalar(this.node) ? this.node.value : undefined;
  }

  private mustBe(what: string): undefined {
    if (isAlias(this.node))
      return this.report('a text that starts with * must be in quotes; aliases are not supported');
    return this.report(this.isEmpty ? `has no value; it must be ${what}` : `must be ${what}, not ${this.describe()}`);
  }

  private describe(): string {
    if (isMap(this.node)) return 'a mapping';
    if (isSeq(this.node)) return 'a list';
    const { source, value } = this.node as { source?: string; value?: unknown };
    return typeof value === 'string' ? quote(value) : shorten(source ?? String(value));
  }
}

function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
