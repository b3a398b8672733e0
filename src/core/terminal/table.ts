import Table from 'cli-table3';
import { escapeText } from './escape.js';
import { clean } from './text.js';
import { columnsOf, cut, isAscii } from './width.js';

/** A column of a table. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
  /**
   * Can be cut (with `…`) or omitted on a narrow terminal. Never for what identifies an object: such a table is wider
   * than the terminal instead.
   */
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
/** Minimum width of a flexible column, in columns of the terminal; a narrower one would say nothing. */
const NARROWEST = 16;
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
  const shown = fit(columns, naturalWidths(columns, iterate()), width - indent.length);
  const titles = heading(line(shown, titlesOf(columns)));
  yield `${indent}${titles}\n`;
  if (typeof rows === 'function' || rows.length > DRAWN_ROWS || !rows.every(isDrawable)) {
    for (const row of iterate()) yield `${indent}${line(shown, row, true)}\n`;
  } else if (rows.length > 0) {
    for (const drawn of draw(shown, rows)) yield `${indent}${drawn}\n`;
  }
}

/** Returns the whole table as one string. */
export function table(columns: readonly Column[], rows: Rows, options: TableOptions = {}): string {
  return [...tableLines(columns, rows, options)].join('');
}

/** Draws the rows of a short table. */
function draw(columns: readonly Fitted[], rows: readonly (readonly string[])[]): string[] {
  const drawing = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: columns.map(({ width }) => Math.max(1, width)),
  });
  drawing.push(
    ...rows.map((row) => columns.map(({ style = (text) => text, at, width }) => style(cellText(row[at], width), row))),
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

/** A column that is shown, its place in a row, and the width that it gets. */
interface Fitted extends Column {
  at: number;
  width: number;
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

/** Narrows the flexible columns; if that is not enough, omits the last ones until the line fits. */
function fit(columns: readonly Column[], natural: readonly number[], width: number): Fitted[] {
  let shown = columns.map((column, at) => ({ ...column, at, width: natural[at]! }));
  while (narrow(shown, width) > 0) {
    const last = shown.findLastIndex(({ flexible }) => flexible);
    if (last === -1) break;
    shown = shown.filter((_, index) => index !== last).map((column) => ({ ...column, width: natural[column.at]! }));
  }
  return shown;
}

/** Narrows the widest flexible column until the line fits. @returns by how much it is still too long */
function narrow(columns: readonly Fitted[], width: number): number {
  let excess = columns.reduce((sum, column) => sum + column.width, 0) + GAP.length * (columns.length - 1) - width;
  for (; excess > 0; excess--) {
    const wide = columns.filter((column) => column.flexible && column.width > NARROWEST);
    if (wide.length === 0) break;
    wide.reduce((widest, column) => (column.width > widest.width ? column : widest)).width--;
  }
  return excess;
}

function line(columns: readonly Fitted[], row: readonly string[], painted = false): string {
  const cells = columns.map(({ align, style, at, width }, index) => {
    const text = cellText(row[at], width);
    const last = index === columns.length - 1;
    const padding = ' '.repeat(Math.max(0, width - columnsOf(text)));
    const cell = align === 'right' ? padding + text : last ? text : text + padding;
    return painted && style ? style(cell, row) : cell;
  });
  return cells.join(GAP).trimEnd();
}
