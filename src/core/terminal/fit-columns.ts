import { columnsOf } from './width.js';

/** A column of a table. Without `wraps` and `drop`, its cells stay whole on one line: identifiers and numbers. */
export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Free text: it continues on further lines of its cell, or below the row. Words, such as names in it, stay whole. */
  wraps?: boolean;
  /** The column is less important: it is omitted if the lines fit without it, 1 first. */
  drop?: number;
  /** Colors the text of a cell, or of a line of it; `row` has the cells as they are. */
  style?: (text: string, row: readonly string[]) => string;
}

/** Space between two columns. */
export const GAP = '   ';
/** Width that a column of free text gets at least, unless all its texts are shorter. */
const NARROWEST = 30;

/** The widest cell of a column, and the longest word in it, in columns of the terminal; the title included. */
export interface Extent {
  cell: number;
  word: number;
}

/** A column that is shown, its place in a row, and the width that it gets. */
export interface Fitted extends Column {
  at: number;
  width: number;
}

/** How a table fits the terminal. */
export interface Fit {
  columns: Fitted[];
  /** Columns of free text that are written below each row. */
  below: Fitted[];
  /** Columns that are omitted, in the order of the table. */
  dropped: Column[];
}

type Measured = Fitted & { least: number };

/**
 * Chooses what to show at a width. Less important columns go first, then free text wraps, then it is written below its
 * row. If the names alone are too wide, lines are longer than the terminal, and nothing is omitted.
 */
export function fitColumns(columns: readonly Column[], extents: readonly Extent[], width: number): Fit {
  const all = columns.map((column, at): Measured => {
    const { cell, word } = extents[at]!;
    return { ...column, at, width: cell, least: column.wraps ? Math.min(cell, Math.max(word, NARROWEST)) : cell };
  });
  const below: Measured[] = [];
  let beside = all;
  for (;;) {
    const shown = withoutDroppable(beside, width);
    const last = beside.findLast(({ wraps }) => wraps);
    if (shown || !last) {
      const fitted = shown ?? beside;
      const isShown = (column: Measured): boolean => fitted.includes(column) || below.includes(column);
      return { columns: narrowed(fitted, width), below, dropped: all.filter((column) => !isShown(column)) };
    }
    below.unshift(last);
    beside = beside.filter((column) => column !== last);
  }
}

/** Omits columns until the line fits. @returns undefined if it never does */
function withoutDroppable(columns: readonly Measured[], width: number): Measured[] | undefined {
  let shown = [...columns];
  while (lineWidth(shown.map(({ least }) => least)) > width) {
    const first = Math.min(...shown.map(({ drop = Infinity }) => drop));
    if (first === Infinity) return undefined;
    shown = shown.filter(({ drop }) => drop !== first);
  }
  return shown;
}

/** Narrows the widest column of free text until the line fits. */
function narrowed(columns: readonly Measured[], width: number): Fitted[] {
  const fitted = columns.map((column) => ({ ...column }));
  for (let excess = lineWidth(fitted.map((column) => column.width)) - width; excess > 0; excess--) {
    const wide = fitted.filter((column) => column.width > column.least);
    if (wide.length === 0) break;
    wide.reduce((widest, column) => (column.width > widest.width ? column : widest)).width--;
  }
  return fitted;
}

function lineWidth(widths: readonly number[]): number {
  return widths.reduce((sum, width) => sum + width, 0) + GAP.length * Math.max(0, widths.length - 1);
}

/** Returns the width of the longest word of a text. */
export function longestWord(text: string): number {
  return text.includes(' ') ? Math.max(...text.split(' ').map(columnsOf)) : columnsOf(text);
}
