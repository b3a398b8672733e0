import type { RE2JSSyntaxException } from 're2js';
import { compileGlob, type TextTest } from '../model/glob.js';
import { messageOf } from '../model/errors.js';
import { quote } from '../model/names/quote.js';
import type { Field } from './field.js';

/** Maximum length of a pattern, in characters. */
const MAX_LENGTH = 500;
/** Maximum number of instructions of a compiled regular expression: a test takes time proportional to it. */
const MAX_STEPS = 1000;

/** What names consist of: a glob with any other character matches nothing. */
const GLOBS = {
  namespaces: { characters: /^[a-z0-9*?-]+$/, what: 'the name of a namespace' },
  streams: { characters: /^[a-z0-9*?._-]+$/, what: 'the name of an image stream without its namespace' },
  tags: { characters: /^[A-Za-z0-9*?._-]+$/, what: 'a tag' },
} as const;

/** What linear-time regular expressions lack, and how it looks. */
const LACKING: [what: string, form: RegExp][] = [
  ['look-ahead', /\(\?[=!]/],
  ['look-behind', /\(\?<[=!]/],
  ['back references', /\\(?:[1-9]|k[<{'])/],
  ['atomic groups', /\(\?>/],
  ['possessive repetition', /[*+?}]\+/],
  ['conditions', /\(\?\(/],
  ['comments', /\(\?#/],
  ['more than 1000 repetitions', /\{\d*,?\d{4,}\}|\}[^{]*\{/],
];

/**
 * Compiles a pattern: a glob as in `--protect`, or a regular expression in slashes, which matches anywhere unless it is
 * anchored. A hostile pattern takes bounded time, because regular expressions are those of RE2.
 * @param of which names it matches
 * @returns the test and the pattern; undefined if it is not valid, which is reported
 */
export async function readPattern(
  field: Field,
  of: keyof typeof GLOBS,
): Promise<{ test: TextTest; text: string } | undefined> {
  const text = field.text();
  if (text === undefined) return undefined;
  if (text.length > MAX_LENGTH) return field.report(`is longer than ${MAX_LENGTH} characters`);
  const test = text.startsWith('/') ? await compileExpression(field, text) : compileName(field, text, of);
  return test && { test, text };
}

function compileName(field: Field, glob: string, of: keyof typeof GLOBS): TextTest | undefined {
  const { characters, what } = GLOBS[of];
  if (characters.test(glob)) return compileGlob(glob);
  return field.report(
    `${quote(glob)} is not ${what}, which may contain * and ?; write a regular expression in slashes: /…/`,
  );
}

async function compileExpression(field: Field, text: string): Promise<TextTest | undefined> {
  const compiled = await compileRegularExpression(text);
  return typeof compiled === 'string' ? field.report(compiled) : compiled;
}

/** Compiles a regular expression in slashes. Returns the test, or what is wrong. */
export async function compileRegularExpression(text: string): Promise<TextTest | string> {
  if (text.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`;
  const [, source, options] = /^\/(.*)\/(\w*)$/su.exec(text) ?? [];
  if (source === undefined) return `${quote(text)} is a regular expression without a slash at its end`;
  if (options) return `write /(?${options})…/ instead of ${options} after the regular expression`;
  if (source === '') return 'the regular expression must not be empty';
  const { RE2JS } = await import('re2js');
  try {
    const expression = RE2JS.compile(source);
    if (expression.programSize() <= MAX_STEPS) return (name) => expression.test(name);
    return `${quote(text)} is too complex: fewer or smaller repetitions are allowed`;
  } catch (error) {
    return `${quote(text)} is not a valid regular expression: ${describe(error, source)}`;
  }
}

/** Describes what is wrong with a regular expression; names what RE2 does not have. */
function describe(error: unknown, source: string): string {
  const lacking = LACKING.find(([, form]) => form.test(source))?.[0];
  const { error: problem = messageOf(error), input } = error as Partial<RE2JSSyntaxException>;
  const place = input ? ` at ${quote(input)}` : '';
  return `${problem}${place}${lacking ? ` (the syntax is that of RE2, without ${lacking})` : ''}`;
}
