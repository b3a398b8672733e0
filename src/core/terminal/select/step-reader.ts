import { filterStep } from './filter-step.js';
import { unquote } from './quoted.js';
import { TemplateError, type Step } from './template.js';

/** Characters that end a name. */
const END_OF_NAME = /[\s.,[\]$@{}]/;
/** Maximum depth of filters in filters. */
const MAX_FILTERS = 20;
const IDENTIFIER = /^[\p{L}\p{N}_]$/u;
const SLICE = /^(-?\d{1,9})?(?::(-?\d{1,9})?(?::(-?\d{1,9})?)?)?$/;

/** A word without a leading dot, such as `range`. */
export interface Word {
  is: 'word';
  word: string;
  position: number;
}

/**
 * Reads the steps of a JSONPath as kubectl does. Nothing is evaluated, and the time grows only with the length.
 * @see https://kubernetes.io/docs/reference/kubectl/jsonpath/
 */
export class StepReader {
  constructor(
    private readonly text: string,
    private at = 0,
    /** End of what is read: that of a filter's operand, or of the template. */
    private readonly end = text.length,
    /** Number of filters around what is read. */
    private readonly depth = 0,
  ) {}

  /** Position after what was read. */
  get position(): number {
    return this.at;
  }

  /** Reads until `}`, which is read too. @throws TemplateError */
  action(): (Step | Word)[] {
    const start = this.at - 1;
    const steps = this.steps();
    if (this.text[this.at] !== '}' || this.at >= this.end) throw this.problem('{ is not closed', start);
    this.at++;
    return steps;
  }

  /** Reads until the end. @throws TemplateError */
  whole(): Step[] {
    const steps = this.steps();
    if (this.at < this.end) throw this.problem(`unexpected ${this.text[this.at]!}`);
    for (const step of steps) if (step.is === 'word') throw unknownWord(step);
    return steps as Step[];
  }

  private steps(): (Step | Word)[] {
    const steps: (Step | Word)[] = [];
    while (this.at < this.end && this.text[this.at] !== '}') {
      const step = this.next(steps.at(-1));
      if (step) steps.push(...step);
    }
    return steps;
  }

  private next(last: Step | Word | undefined): (Step | Word)[] | undefined {
    const char = this.text[this.at]!;
    if (this.text.startsWith('..', this.at)) return this.recursive(last);
    if (char === '.') return this.field(this.at + 1);
    if (char === '[') return [this.bracket()];
    if (char === '"' || char === "'") return [this.quoted(char)];
    if (/[+\-\d]/.test(char)) return [this.number()];
    if (IDENTIFIER.test(char)) return [this.word()];
    // The current object.
    if (!/[\s@$]/.test(char)) throw this.problem(`unexpected ${JSON.stringify(char)}`);
    this.at++;
    return undefined;
  }

  private recursive(last: Step | Word | undefined): Step[] {
    if (last?.is === 'recursive') throw this.problem('.. directly after ..');
    this.at += 2;
    const rest = IDENTIFIER.test(this.text[this.at] ?? '') ? this.field(this.at) : [];
    return [{ is: 'recursive' }, ...rest];
  }

  private field(start: number): Step[] {
    const name = this.name(start);
    // `{.}` is the current object.
    if (name === '') return [];
    return [name === '*' ? { is: 'all' } : { is: 'field', name: name.replaceAll(/\\(.?)/gs, '$1') }];
  }

  /** Returns a name as it is written, with its backslashes. */
  private name(start: number): string {
    this.at = start;
    while (this.at < this.end && !END_OF_NAME.test(this.text[this.at]!)) this.at += this.text[this.at] === '\\' ? 2 : 1;
    this.at = Math.min(this.at, this.end);
    return this.text.slice(start, this.at);
  }

  private word(): Step | Word {
    const position = this.at;
    const word = this.name(position);
    if (word === 'true' || word === 'false') return { is: 'constant', value: word === 'true' };
    return { is: 'word', word, position };
  }

  private number(): Step {
    const start = this.at;
    const text = /^[+-]?[\d.]*/.exec(this.text.slice(start, this.end))![0];
    const value = Number(text);
    if (Number.isNaN(value) || /^[+-]?\.?$/.test(text)) throw this.problem(`not a number: ${text}`, start);
    this.at += text.length;
    return { is: 'constant', value };
  }

  private quoted(quote: string): Step {
    const start = this.at;
    const close = this.closing(start, quote);
    const value = unquote(this.text.slice(start + 1, close));
    if (value === undefined) throw this.problem('unknown escape sequence', start);
    this.at = close + 1;
    return { is: 'constant', value };
  }

  /** Returns the position of the quote that ends a quoted text. */
  private closing(start: number, quote: string): number {
    for (let at = start + 1; at < this.end; at++) {
      if (this.text[at] === '\\') at++;
      else if (this.text[at] === quote) return at;
    }
    throw this.problem('the quote is not closed', start);
  }

  private bracket(): Step {
    const start = this.at;
    const isFilter = this.text.startsWith('[?(', start);
    if (isFilter && this.depth === MAX_FILTERS) throw this.problem(`more than ${MAX_FILTERS} nested filters`, start);
    const [close] = this.find(start + (isFilter ? 3 : 1), isFilter ? ')' : ']');
    if (close === undefined) throw this.problem(isFilter ? '[?( is not closed' : '[ is not closed', start);
    this.at = close + 1;
    if (!isFilter) return this.subscript(start + 1, close);
    if (this.text[this.at] !== ']') throw this.problem('expected ] after the filter');
    this.at++;
    return filterStep(this.text, start + 3, close, (from, to) =>
      new StepReader(this.text, from, to, this.depth + 1).whole(),
    );
  }

  /** Returns where a character is outside of quotes, and outside of parentheses and brackets that open there. */
  private find(start: number, wanted: ')' | ']' | ',', end = this.end): number[] {
    const found: number[] = [];
    let depth = 0;
    for (let at = start; at < end; at++) {
      const char = this.text[at]!;
      if (char === '"' || char === "'") at = this.closing(at, char);
      else if (char === wanted && depth === 0) {
        found.push(at);
        if (wanted !== ',') break;
      } else if (char === '[' || char === '(') depth++;
      else if (char === ']' || char === ')') depth--;
    }
    return found;
  }

  /** Reads what is between brackets: a position, a slice, a name in quotes, or several of them. */
  private subscript(start: number, end: number): Step {
    const ends = [...this.find(start, ',', end), end];
    if (ends.length === 1) return this.part(start, end);
    return { is: 'union', parts: ends.map((to, at) => [this.part(at === 0 ? start : ends[at - 1]! + 1, to)]) };
  }

  private part(start: number, end: number): Step {
    const text = this.text.slice(start, end).trim();
    if (text === '*') return { is: 'all' };
    const quote = /^(['"])(.*)\1$/s.exec(text);
    if (quote) return { is: 'field', name: quote[2]!.replaceAll(/\\(.?)/gs, '$1') };
    const slice = SLICE.exec(text);
    if (!slice || text === '') throw this.problem(`not a position in a list: ${text}`, start);
    const [from, to, every = 1] = slice.slice(1).map((number) => (number === undefined ? undefined : Number(number)));
    if (every < 1) throw this.problem('the step must be at least 1', start);
    return text.includes(':') ? { is: 'slice', from, to, every } : { is: 'element', at: from! };
  }

  private problem(message: string, position = this.at): TemplateError {
    return new TemplateError(message, position + 1);
  }
}

/** Returns the error for a word that means nothing. */
export function unknownWord({ word, position }: Word): TemplateError {
  return new TemplateError(`unknown word ${word}; a field starts with a dot: .${word}`, position + 1);
}
