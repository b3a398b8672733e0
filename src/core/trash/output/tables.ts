import { sha256Digest, shortDigests } from '../../model/digest.js';
import { formatBytes } from '../../model/values/quantity.js';
import type { Failure } from '../../model/document.js';
import { compareText } from '../../model/values/compare-text.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { clean, thousands } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import { formerRepositories, type CheckedImage } from '../contents/check-images.js';
import type { TrashRow } from './row.js';

/** Maximum number of rows of a table without `-o wide`. */
const MAX_ROWS = 20;

/** Writes the table of blobs, the largest first unless it is sorted. Writes nothing for an empty list. */
export function* blobTable(rows: readonly TrashRow<string>[], layout: Layout): Generator<string> {
  if (rows.length === 0) return;
  const { wide, order } = layout;
  const sorted = order ? inRowOrder(rows, order) : rows.toSorted((a, b) => b.entry.bytes - a.entry.bytes);
  const shown = wide ? sorted : sorted.slice(0, MAX_ROWS);
  const name = names(
    wide,
    shown.map(({ entry }) => entry.hex),
  );
  const columns: Column[] = [
    { title: 'BLOB' },
    { title: 'SIZE', align: 'right' },
    { title: 'DATE', drop: 1 },
    { title: 'REPOSITORIES', wraps: true },
    { title: 'STATUS', wraps: wide },
  ];
  const cells = shown.map((row) => {
    const { hex, bytes, date, links } = row.entry;
    return [
      name(hex),
      formatBytes(bytes),
      date,
      formerRepositories(links).join(', ') || '-',
      wide ? statusText(row) : row.status,
    ];
  });
  yield* tableLines(columns, cells, { ...layout, width: wide ? Infinity : layout.width });
  yield* hiddenRows(sorted.length - shown.length, layout);
  yield '\n';
  if (!wide) yield* reasonLines(rows, layout);
}

/** Lists the reasons of statuses with their numbers of rows, the most frequent first; an empty list writes nothing. */
function* reasonLines(rows: readonly TrashRow<string>[], layout: Layout): Generator<string> {
  const counts = new Map<string, number>();
  for (const { status, reason } of rows) {
    if (reason === undefined) continue;
    const text = `${status}: ${reason}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  if (counts.size === 0) return;
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || compareText(a[0], b[0]));
  for (const [text, count] of sorted.slice(0, MAX_ROWS)) yield* paragraph(`${thousands(count)} ${text}`, layout);
  const hidden = sorted.length - MAX_ROWS;
  if (hidden > 0) yield `${layout.styles.muted(`… and ${thousands(hidden)} more reasons (-o wide shows all)`)}\n`;
  yield '\n';
}

/** Writes the table of images, those that are not whole first. Writes nothing for an empty list. */
export function* imageTable(images: readonly CheckedImage[], layout: Layout): Generator<string> {
  if (images.length === 0) return;
  const { wide } = layout;
  const sorted = images.toSorted((a, b) => Number(a.problems.length === 0) - Number(b.problems.length === 0));
  const shown = wide ? sorted : sorted.slice(0, MAX_ROWS);
  const name = names(
    wide,
    shown.map(({ hex }) => hex),
  );
  const columns: Column[] = [
    { title: 'IMAGE' },
    { title: 'REPOSITORIES', wraps: true },
    { title: 'WHOLE', wraps: true },
  ];
  const cells = shown.map(({ hex, repositories, problems }) => [
    name(hex),
    repositories.join(', ') || '-',
    problems.length === 0 ? 'yes' : `no: ${problemText(problems)}`,
  ]);
  yield* tableLines(columns, cells, { ...layout, width: wide ? Infinity : layout.width });
  yield* hiddenRows(sorted.length - shown.length, layout);
  yield '\n';
}

/** Lists failures. Writes nothing for an empty list. */
export function* failureTable(failures: readonly Failure[], layout: Layout): Generator<string> {
  if (failures.length === 0) return;
  const { wide, styles } = layout;
  yield `${styles.bad('Failed')}\n`;
  const shown = wide ? failures : failures.slice(0, MAX_ROWS);
  for (const { target, message } of shown) yield* paragraph(`${target}: ${message}`, layout);
  yield* hiddenRows(failures.length - shown.length, layout);
  yield '\n';
}

/** Describes the first problem of an image, and how many more there are. */
function problemText(problems: CheckedImage['problems']): string {
  const [first] = problems;
  if (!first) return '';
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
  return `${sha256Digest(first.hex)}: ${first.message}${more}`;
}

function statusText({ status, reason, message }: TrashRow<string>): string {
  const why = message ?? reason;
  return why === undefined ? status : `${status}: ${why}`;
}

function names(wide: boolean, hexes: readonly string[]): (hex: string) => string {
  if (wide) return sha256Digest;
  const short = shortDigests(hexes.map(sha256Digest));
  return (hex) => short(sha256Digest(hex));
}

function* hiddenRows(count: number, { styles }: Layout): Generator<string> {
  if (count > 0) yield `${styles.muted(`… and ${thousands(count)} more (-o wide shows all)`)}\n`;
}

/** Writes a text in lines that fit; names stay whole. */
export function* paragraph(text: string, { wide, width }: Layout): Generator<string> {
  for (const line of wrappedWords(clean(text), wide ? Infinity : width)) yield `${line}\n`;
}
