import Table from 'cli-table3';
import { escapeText } from './escape.js';
import { clean } from './text.js';
import { columnsOf, cut, isAscii } from './width.js';

/** A column of a table. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Can be cut (with `…`) on a narrow terminal. */
  flexible?: boolean;
  /** Colors the text of a cell, which can be cut and padded; `row` has the cells as they are. */
  style?: (text: string, row: readonly string[]) => string;
}

interface TableOptions {
  /** Columns of the terminal; Infinity for no limit. */
  width?: number;
  /** Colors the titles. */
  heading?: (text: string) => string;
  /** Prefix of every line. */
  indent?: string;
}

/** Rows that can be iterated twice: once to measure the widths, once to write the lines. */
export type Rows = readonly (readonly string[])[] | (() => Iterable<readonly string[]>);

const GAP = '   ';
const NARROWEST = 6;
const DRAWN_ROWS = 50;

const SIDES = ['top', 'bottom', 'mid', 'left', 'right'] as const;
const BORDERLESS = {
  ...Object.fromEntries(
    SIDES.flatMap((side) => [side, `${side}-mid`, `${side}-left`, `${side}-right`]).map((name) => [name, '']),
  ),
  middle: GAP,
};

/**
 * Yields the lines of a borderless table as kubectl prints it. cli-table3 draws short tables; because it keeps all rows
 * and needs 0.16 ms for each, longer tables (100,000 rows of `-o wide`) are written row by row.
 */
export function* tableLines(columns: readonly Column[], rows: Rows, options: TableOptions = {}): Generator<string> {
  const { width = Infinity, heading = (text: string) => text, indent = '' } = options;
  const iterate = typeof rows === 'function' ? rows : () => rows;
  const widths = fitWidths(columns, naturalWidths(columns, iterate()), width - indent.length);
  const titles = heading(line(columns, titlesOf(columns), widths));
  yield `${indent}${titles}\n`;
  if (typeof rows === 'function' || rows.length > DRAWN_ROWS || !rows.every(isDrawable)) {
    for (const row of iterate()) yield `${indent}${line(columns, row, widths, true)}\n`;
  } else if (rows.length > 0) {
    for (const drawn of draw(columns, rows, widths)) yield `${indent}${drawn}\n`;
  }
}

/** Returns the whole table as one string. */
export function table(columns: readonly Column[], rows: Rows, options: TableOptions = {}): string {
  return [...tableLines(columns, rows, options)].join('');
}

/** Draws the rows of a short table. */
function draw(columns: readonly Column[], rows: readonly (readonly string[])[], widths: number[]): string[] {
  const drawing = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: widths.map((width) => Math.max(1, width)),
  });
  drawing.push(
    ...rows.map((row) => columns.map(({ style = (text) => text }, at) => style(cellText(row[at], widths[at]!), row))),
  );
  return drawing
    .toString()
    .split('\n')
    .map((text) => text.trimEnd());
}

/** cli-table3 measures some characters differently, and would cut them off. */
function isDrawable(row: readonly string[]): boolean {
  return row.every(isAscii);
}

/** The writer removes secrets; what is cut must have none before, because the rest of a secret has another form. */
function cellText(value = '', width: number): string {
  const text = escapeText(value);
  return columnsOf(text) <= width ? text : cut(clean(value), width);
}

function titlesOf(columns: readonly Column[]): string[] {
  return columns.map(({ title }) => title);
}

function naturalWidths(columns: readonly Column[], rows: Iterable<readonly string[]>): number[] {
  const widths = columns.map(({ title }) => title.length);
  for (const row of rows)
    for (let at = 0; at < widths.length; at++) widths[at] = Math.max(widths[at]!, columnsOf(escapeText(row[at] ?? '')));
  return widths;
}

/** Narrows the widest flexible column until the line fits or no column can be narrowed further. */
function fitWidths(columns: readonly Column[], natural: number[], width: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1) - width;
  while (excess > 0) {
    const widest = widths.reduce(
      (best, one, at) => (columns[at]!.flexible && one > (widths[best] ?? NARROWEST) ? at : best),
      -1,
    );
    if (widest === -1) break;
    widths[widest]!--;
    excess--;
  }
  return widths;
}

function line(columns: readonly Column[], row: readonly string[], widths: number[], painted = false): string {
  const cells = columns.map(({ align, style }, at) => {
    const width = widths[at]!;
    const text = cellText(row[at], width);
    const last = at === columns.length - 1;
    const padding = ' '.repeat(Math.max(0, width - columnsOf(text)));
    const cell = align === 'right' ? padding + text : last ? text : text + padding;
    return painted && style ? style(cell, row) : cell;
  });
  return cells.join(GAP).trimEnd();
}
