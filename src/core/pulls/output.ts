import type { PullEntry, PullsDocument } from '../model/pulls.js';
import { age } from '../model/values/age.js';
import { inRowOrder } from '../terminal/main-table.js';
import type { Layout, Output, ValueAt } from '../terminal/output.js';
import { tableLines, type Column } from '../terminal/table.js';
import { clean, plural, thousands } from '../terminal/text.js';
import { wrappedWords } from '../terminal/wrap.js';
import { PULLS } from './main-table.js';
import type { PullsReport } from './collect-pulls.js';

/** Maximum number of rows, unless all are wanted. */
const ROWS = 20;
/** Maximum number of gaps that are listed. */
const GAPS = 10;

/** The output formats of `registry pulls`. */
export const pullsOutput: Output<PullsReport, PullsDocument> = {
  document: ({ document }) => document,
  table: tableOf,
  main: PULLS,
  columnValue: valuesOf,
};

interface Row {
  name: string;
  images: number;
  tags: number;
  last: number;
}

function* tableOf({ document, file, counts }: PullsReport, layout: Layout): Generator<string> {
  const { wide, width, now, order } = layout;
  const rowsByTime = rowsOf(document.pulls);
  const all = order ? inOrderOf(rowsByTime, inRowOrder(document.pulls, order)) : rowsByTime;
  const shown = wide ? all : all.slice(0, ROWS);
  if (all.length > 0) {
    for (const line of wrappedWords(sentence(all), wide ? Infinity : width)) yield `${line}\n`;
    yield '\n';
    const columns: Column[] = [
      { title: 'REPOSITORY' },
      { title: 'IMAGES', align: 'right', drop: 2 },
      { title: 'TAGS', align: 'right', drop: 1 },
      { title: 'LAST PULL', align: 'right' },
    ];
    const rows = shown.map(({ name, images, tags, last }) => [
      name,
      thousands(images),
      thousands(tags),
      age(last, now),
    ]);
    yield* tableLines(columns, rows, layout);
    if (shown.length < all.length) yield `… and ${thousands(all.length - shown.length)} more (-o wide shows all)\n`;
    yield '\n';
  }
  const ignored = counts.ignored > 0 ? `, ${thousands(counts.ignored)} of ignored clients` : '';
  yield `${plural(counts.lines, 'line')} read: ${plural(counts.pulls, 'pull')}${ignored}\n`;
  yield* coverageLines(document.coverage);
  yield `wrote ${clean(file)}: ${plural(all.length, 'repository', 'repositories')}\n`;
}

function sentence(rows: readonly Row[]): string {
  const sum = (count: 'images' | 'tags'): number => rows.reduce((total, row) => total + row[count], 0);
  const repositories = plural(rows.length, 'repository', 'repositories');
  return `${repositories} with ${plural(sum('images'), 'pulled image')} and ${plural(sum('tags'), 'pulled tag')}.`;
}

function* coverageLines({ from, to, gaps }: PullsDocument['coverage']): Generator<string> {
  if (from === null || to === null) return yield 'complete: no period\n';
  yield `complete: ${from} to ${to}${gaps.length > 0 ? `, except for ${plural(gaps.length, 'gap')}:` : ''}\n`;
  for (const gap of gaps.slice(0, GAPS)) yield `  ${gap.from} to ${gap.to}\n`;
  if (gaps.length > GAPS) yield `  … and ${thousands(gaps.length - GAPS)} more\n`;
}

/** Returns repositories in the order of their first pulls in a list. */
function inOrderOf(rows: readonly Row[], pulls: readonly PullEntry[]): Row[] {
  const byName = new Map(rows.map((row) => [row.name, row]));
  return [...new Set(pulls.map(({ repository }) => repository))].map((repository) => byName.get(repository)!);
}

/** Returns the counts of the repository of each pull. */
function valuesOf({ document: { pulls } }: PullsReport, title: string): ValueAt {
  const byName = new Map(rowsOf(pulls).map((row) => [row.name, row]));
  return (position) => byName.get(pulls[position]!.repository)![title === 'IMAGES' ? 'images' : 'tags'];
}

/** The most recent pull first. */
function rowsOf(pulls: readonly PullEntry[]): Row[] {
  const rows = new Map<string, Row>();
  for (const { repository, digest, lastPulled } of pulls) {
    let row = rows.get(repository);
    if (!row) rows.set(repository, (row = { name: repository, images: 0, tags: 0, last: 0 }));
    row.last = Math.max(row.last, Date.parse(lastPulled));
    if (digest === undefined) row.tags++;
    else row.images++;
  }
  return [...rows.values()].sort((a, b) => b.last - a.last || (a.name < b.name ? -1 : 1));
}
