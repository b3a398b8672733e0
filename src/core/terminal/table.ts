import Table from 'cli-table3';
import { oneLine } from './text.js';

/** A column of a table. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be cut (with `…`) where the terminal is narrow. */
  flexible?: boolean;
  /** Paints a cell after it was padded. */
  style?: (text: string) => string;
}

interface TableOptions {
  /** Columns of the terminal; Infinity for no limit. */
  width?: number;
  /** Paints the titles. */
  heading?: (text: string) => string;
  /** Put before every line. */
  indent?: string;
}

/** Rows that can be gone through twice: once for the widths, once to write them. */
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
 * A borderless table as kubectl prints it, a line at a time. cli-table3 draws what fits on a screen or two; it keeps
 * all rows and needs 0.16 ms for each, so that longer tables (100,000 rows of `-o wide`) are written row by row.
 */
export function* tableLines(columns: readonly Column[], rows: Rows, options: TableOptions = {}): Generator<string> {
  const { width = Infinity, heading = (text: string) => text, indent = '' } = options;
  const iterate = typeof rows === 'function' ? rows : () => rows;
  const widths = fitWidths(columns, naturalWidths(columns, iterate()), width - indent.length);
  const titles = heading(line(columns, titlesOf(columns), widths));
  yield `${indent}${titles}\n`;
  if (typeof rows === 'function' || rows.length > DRAWN_ROWS) {
    for (const row of iterate()) yield `${indent}${line(columns, row, widths, true)}\n`;
  } else if (rows.length > 0) {
    for (const drawn of draw(columns, rows, widths)) yield `${indent}${drawn}\n`;
  }
}

/** The same as one text. */
export function table(columns: readonly Column[], rows: Rows, options: TableOptions = {}): string {
  return [...tableLines(columns, rows, options)].join('');
}

/** The rows of a short table. */
function draw(columns: readonly Column[], rows: readonly (readonly string[])[], widths: number[]): string[] {
  const drawing = new Table({
    chars: BORDERLESS,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(({ align }) => align ?? 'left'),
    colWidths: widths.map((width) => Math.max(1, width)),
  });
  drawing.push(
    ...rows.map((row) =>
      columns.map(({ style = (text) => text }, at) => style(cut(oneLine(row[at] ?? ''), widths[at]!))),
    ),
  );
  return drawing
    .toString()
    .split('\n')
    .map((text) => text.trimEnd());
}

function titlesOf(columns: readonly Column[]): string[] {
  return columns.map(({ title }) => title);
}

function naturalWidths(columns: readonly Column[], rows: Iterable<readonly string[]>): number[] {
  const widths = columns.map(({ title }) => title.length);
  for (const row of rows)
    for (let at = 0; at < widths.length; at++) widths[at] = Math.max(widths[at]!, (row[at] ?? '').length);
  return widths;
}

/** Takes from the widest flexible column until the line fits, or nothing more can be taken. */
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
    const text = cut(oneLine(row[at] ?? ''), width);
    const last = at === columns.length - 1;
    const cell = align === 'right' ? text.padStart(width) : last ? text : text.padEnd(width);
    return painted && style ? style(cell) : cell;
  });
  return cells.join(GAP).trimEnd();
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
