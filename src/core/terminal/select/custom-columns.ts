import { columnsOf } from '../width.js';
import { Evaluator } from './evaluate.js';
import { parsePath } from './parse-template.js';
import { TemplateError, type Step } from './template.js';
import { cellText } from './value-text.js';

/** A column of `-o custom-columns`. */
export interface CustomColumn {
  title: string;
  steps: Step[];
}

const FORM = 'expected TITLE:.path, several separated by commas';
/** Minimum width of a column with its gap, and the gap, as in kubectl. */
const MIN_WIDTH = 6;
const GAP = 3;
/** Maximum number of steps for one entry. */
const STEPS = 1_000_000;

/** Reads `TITLE:.path,…`. Commas and colons in brackets belong to the path. @throws TemplateError */
export function parseColumns(text: string): CustomColumn[] {
  let position = 1;
  return splitOutside(text).map((spec) => {
    const start = position;
    position += spec.length + 1;
    const colon = spec.indexOf(':');
    if (colon < 1 || colon === spec.length - 1) throw new TemplateError(FORM, start);
    try {
      return { title: spec.slice(0, colon), steps: parsePath(spec.slice(colon + 1)) };
    } catch (error) {
      throw error instanceof TemplateError
        ? new TemplateError(error.message, start + colon + (error.position ?? 1))
        : error;
    }
  });
}

/** Reads a file as kubectl does: the titles in its first line, the paths in its second. @throws TemplateError */
export function columnsOfFile(text: string): string {
  const [titles = [], paths = [], ...rest] = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/));
  if (titles.length === 0 || titles.length !== paths.length || rest.length > 0)
    throw new TemplateError('expected a line of titles and a line with as many paths');
  return titles.map((title, at) => `${title}:${paths[at]}`).join(',');
}

/**
 * Yields lines with a column for each path.
 * @param entries returns the entries; called twice, so that they need not be in memory
 */
export function* columnLines(
  columns: readonly CustomColumn[],
  entries: () => Iterable<unknown>,
  headers: boolean,
): Generator<string> {
  const titles = headers ? [columns.map(({ title }) => title)] : [];
  const rows = function* (): Generator<string[]> {
    yield* titles;
    for (const entry of entries()) yield columns.map(({ steps }) => cellOf(entry, steps));
  };
  const widths = columns.map(() => MIN_WIDTH - GAP);
  for (const row of rows()) for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at]!, columnsOf(cell));
  for (const row of rows()) {
    const cells = row.map((cell, at) =>
      at === row.length - 1 ? cell : cell + ' '.repeat(widths[at]! + GAP - columnsOf(cell)),
    );
    yield `${cells.join('')}\n`;
  }
}

function cellOf(entry: unknown, steps: readonly Step[]): string {
  const values = new Evaluator(STEPS).find(entry, steps);
  return values.length === 0 ? '<none>' : values.map(cellText).join(',');
}

/** Splits at commas outside of brackets and quotes. */
function splitOutside(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (quote) quote = char === quote ? '' : quote;
    else if (depth > 0 && /["']/.test(char)) quote = char;
    else if (char === '[') depth++;
    else if (char === ']') depth--;
    else if (char === ',' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return [...parts, text.slice(start)];
}
