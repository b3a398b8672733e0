import { drawRows, heightOf, type Cells } from './draw-rows.js';
import { escapeText } from './escape.js';
import { fitColumns, GAP, longestWord, type Column, type Extent, type Fit, type Fitted } from './fit-columns.js';
import type { Layout } from './output.js';
import { clean } from './text.js';
import { columnsOf, isAscii } from './width.js';
import { wrappedWords } from './wrap.js';

export type { Column } from './fit-columns.js';

/** How to lay out a table; `indent` begins every line. */
type TableLayout = Partial<Pick<Layout, 'wide' | 'width' | 'styles' | 'headers'>> & { indent?: string };

/** Rows that can be iterated twice: once to measure the widths, once to write the lines. */
export type Rows = readonly (readonly string[])[] | (() => Iterable<readonly string[]>);

/** Maximum number of rows that cli-table3 draws. */
const DRAWN_ROWS = 50;
/** Indent of text below its row. */
const BELOW = '    ';

/**
 * Yields the lines of a borderless table as kubectl prints it, one at a time: `-o wide` can have 100,000 rows. What
 * identifies an object is never cut; `fitColumns` says what gives way on a narrow terminal.
 */
export function* tableLines(columns: readonly Column[], rows: Rows, layout: TableLayout = {}): Generator<string> {
  const { wide = false, headers = true, styles, indent = '' } = layout;
  const muted = styles?.muted ?? ((text: string) => text);
  const iterate = typeof rows === 'function' ? rows : () => rows;
  const width = (wide ? Infinity : (layout.width ?? Infinity)) - indent.length;
  const fit = fitColumns(columns, extentsOf(columns, iterate(), { width, headers }), width);
  const titles = line(
    fit.columns,
    fit.columns.map(({ title }) => title),
  );
  if (headers) yield `${indent}${muted(titles)}\n`;
  for (const block of blocks(fit.columns, iterate)) {
    for (const text of block.lines) yield `${indent}${text}\n`;
    for (const text of linesBelow(fit, block.row, width)) yield `${indent}${text}\n`;
  }
  if (fit.dropped.length > 0) {
    const names = fit.dropped.map(({ title }) => title).join(', ');
    yield `${indent}${muted(`not shown at this width: ${names}; -o wide shows all`)}\n`;
  }
}

/** Returns the whole table as one string. */
export function table(columns: readonly Column[], rows: Rows, layout: TableLayout = {}): string {
  return [...tableLines(columns, rows, layout)].join('');
}

function extentsOf(
  columns: readonly Column[],
  rows: Iterable<readonly string[]>,
  { width, headers }: { width: number; headers: boolean },
): Extent[] {
  const least = ({ title }: Column): number => (headers ? title.length : 1);
  const extents = columns.map((column) => ({ cell: least(column), word: least(column) }));
  const wrapping = width === Infinity ? [] : [...columns.keys()].filter((at) => columns[at]!.wraps);
  for (const row of rows) {
    for (const [at, extent] of extents.entries())
      extent.cell = Math.max(extent.cell, columnsOf(escapeText(row[at] ?? '')));
    for (const at of wrapping) extents[at]!.word = Math.max(extents[at]!.word, longestWord(escapeText(row[at] ?? '')));
  }
  return extents;
}

interface Block {
  row: readonly string[];
  lines: Iterable<string>;
}

/** Yields the lines of each row. cli-table3 draws short tables; long ones are written row by row. */
function* blocks(columns: readonly Fitted[], iterate: () => Iterable<readonly string[]>): Generator<Block> {
  const short = firstRows(iterate());
  if (short && short.every((row) => row.every(isAscii))) {
    const drawn = drawRows(
      columns,
      short.map((row) => cellsOf(columns, row, true)),
    );
    for (const [at, row] of short.entries()) yield { row, lines: drawn[at]! };
  } else for (const row of iterate()) yield { row, lines: writtenLines(columns, row) };
}

/** Returns the rows, or undefined if there are too many to draw. */
function firstRows(rows: Iterable<readonly string[]>): (readonly string[])[] | undefined {
  const first: (readonly string[])[] = [];
  for (const row of rows) if (first.push(row) > DRAWN_ROWS) return undefined;
  return first;
}

function cellsOf(columns: readonly Fitted[], row: readonly string[], painted: boolean): Cells {
  return columns.map(({ at, width, style }) => {
    const lines = cellLines(row[at], width);
    return painted && style ? lines.map((text) => style(text, row)) : lines;
  });
}

function* writtenLines(columns: readonly Fitted[], row: readonly string[]): Generator<string> {
  const cells = cellsOf(columns, row, false);
  for (let at = 0; at < heightOf(cells); at++)
    yield line(
      columns,
      cells.map((lines) => lines[at] ?? ''),
      row,
    );
}

/** Yields the free text below a row. */
function* linesBelow({ below }: Fit, row: readonly string[], width: number): Generator<string> {
  for (const { at, title, style } of below) {
    if (!row[at]) continue;
    const lines = wrappedWords(`${title.toLowerCase()}: ${clean(row[at])}`, width - BELOW.length - 2);
    for (const [number, text] of lines.entries())
      yield `${BELOW}${number === 0 ? '' : '  '}${style ? style(text, row) : text}`;
  }
}

/** The writer removes secrets; what is wrapped must have none before, because its parts have another form. */
function cellLines(value = '', width: number): string[] {
  const text = escapeText(value);
  return columnsOf(text) <= width ? [text] : wrappedWords(clean(value), width);
}

/** Formats one line. @param row the cells that styles depend on; absent for titles */
function line(columns: readonly Fitted[], texts: readonly string[], row?: readonly string[]): string {
  const cells = columns.map(({ align, style, width }, index) => {
    const text = texts[index]!;
    const last = index === columns.length - 1;
    const padding = ' '.repeat(Math.max(0, width - columnsOf(text)));
    const painted = row && style ? style(text, row) : text;
    return align === 'right' ? padding + painted : last ? painted : painted + padding;
  });
  return cells.join(GAP).trimEnd();
}
