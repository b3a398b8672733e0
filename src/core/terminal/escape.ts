import { asciiOf, isAsciiLocale } from './ascii.js';

/**
 * Characters that a terminal obeys, that nobody sees, or that look like a space: controls (C0, DEL, C1), line and
 * paragraph separators, bidirectional and zero-width controls, variation selectors, tag characters, private and
 * unassigned ones, lone surrogates. Go's `%q` escapes the same ones, except for variation selectors and other marks
 * without a shape of their own.
 */
const UNSAFE = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
/** The quick test: most texts have printable ASCII characters only. */
const NOT_PLAIN = /[^ -~]/;
const NOT_PLAIN_LINES = /[^\n -~]/;
const BEYOND_ASCII = /[^\0-\x7f]/gu;
const SHORT: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
};

/**
 * Numbers that only this process knows, in front of the codes of its own colors: data cannot contain them. Not from
 * node:crypto, which takes 2 ms to load, in every command.
 */
const NONCE = Array.from({ length: 3 }, () => 1000 + Math.floor(9000 * Math.random())).join(';');
const MARK = `\x1b\\[${NONCE};(\\d+)m`;
const MARKS = new RegExp(MARK, 'g');
const MARK_OR_UNSAFE = new RegExp(`${MARK}|${UNSAFE.source}`, 'gu');
const UNSAFE_IN_DOCUMENT = new RegExp(`(?!\n)${UNSAFE.source}`, 'gu');

/**
 * Returns a color code, such as `31`, as a mark that survives escaping. `paint` replaces marks with the terminal's
 * sequences.
 */
function mark(code: string): string {
  return `\x1b[${NONCE};${code}m`;
}

/** Replaces the color codes of a text by marks. Only for text that contains no data. */
export function withMarks(text: string): string {
  return text.replaceAll(/\x1b\[(\d+)m/g, (_, code: string) => mark(code));
}

/** Removes marks, to measure a text. */
export function withoutMarks(text: string): string {
  return text.includes('\x1b') ? text.replace(MARKS, '') : text;
}

/** Replaces marks with the sequences that a terminal obeys. Only for text that was escaped. */
export function paint(text: string): string {
  return text.includes('\x1b') ? text.replace(MARKS, '\x1b[$1m') : text;
}

/**
 * Makes control and invisible characters visible, line feeds too, as Go's `%q` writes them: `\n`, `\x1b`, `\u202e`.
 * Marks stay. In a C locale, the text is ASCII.
 */
export function escapeText(text: string): string {
  if (!NOT_PLAIN.test(text)) return text;
  const escaped = escapeData(text);
  return isAsciiLocale() ? escaped.replace(BEYOND_ASCII, (char) => asciiOf(char) ?? yamlEscape(char)) : escaped;
}

/** Does the same for data, which stays UTF-8 in every locale: metrics and values that scripts read. */
export function escapeData(text: string): string {
  if (!NOT_PLAIN.test(text)) return text;
  return text.replace(MARK_OR_UNSAFE, (found, code?: string) => (code === undefined ? visible(found) : found));
}

/** Returns true if `escapeText` changes lines of text. */
export function needsEscaping(lines: string): boolean {
  return hasUnsafe(lines) || (isAsciiLocale() && lines.search(BEYOND_ASCII) !== -1);
}

/**
 * Does the same in JSON, where the value stays: `\u202e` inside of a string. Line feeds and spaces between values stay.
 */
export function escapeJson(json: string): string {
  return NOT_PLAIN_LINES.test(json) ? json.replace(UNSAFE_IN_DOCUMENT, jsonEscape) : json;
}

/** Does the same in YAML with double-quoted strings, where one escape sequence stands for a character beyond U+FFFF. */
export function escapeYaml(yaml: string): string {
  return NOT_PLAIN_LINES.test(yaml) ? yaml.replace(UNSAFE_IN_DOCUMENT, yamlEscape) : yaml;
}

/** Returns true if lines contain anything that has to be escaped, marks included. */
export function hasUnsafe(lines: string): boolean {
  return NOT_PLAIN_LINES.test(lines) && new RegExp(UNSAFE_IN_DOCUMENT, 'u').test(lines);
}

function visible(char: string): string {
  const code = char.codePointAt(0)!;
  return SHORT[char] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : yamlEscape(char));
}

function yamlEscape(char: string): string {
  const code = char.codePointAt(0)!;
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`;
}

function jsonEscape(char: string): string {
  return char.replaceAll(/[^]/g, (unit) => `\\u${hex(unit.charCodeAt(0), 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, '0');
}
