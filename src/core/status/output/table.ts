import type { RegistryState } from '../../operator/state.js';
import { formatBytes } from '../../model/values/quantity.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { clean, plural, thousands } from '../../terminal/text.js';
import { wrappedWords } from '../../terminal/wrap.js';
import type { RegistryStatusReport } from '../report.js';
import type { SpaceOf } from '../space-meter.js';
import type { Space } from '../space.js';
import type { StoredSpace } from '../stored.js';
import { pullAge, recentText } from './pulled-text.js';
import { ageText } from './age-text.js';
import { policyText } from './policy-text.js';
import { isBadCondition, registryFacts } from './registry-facts.js';
import { storedNotes, storedRows } from './stored-rows.js';

const AGES_TITLE = 'KEEP YOUNGER THAN';
/** Maximum rows of a table, unless the layout is wide. */
const MAX_ROWS = 20;

type TableLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers' | 'order'>;

/** Yields the status for people in pieces. */
export function* statusPieces(report: RegistryStatusReport, layout: TableLayout): Generator<string> {
  const unlimited = { ...layout, width: layout.wide ? Infinity : layout.width };
  if (report.space) yield `${sentence(report.space)}\n\n`;
  if (report.from === undefined) yield* registryPieces(report.registry, unlimited);
  else yield `${layout.styles.heading('Saved lists')}: ${report.from}\n\n`;
  if (report.space) yield* spacePieces(report.space, report, unlimited);
  if (report.stored) yield* storedPieces(report.stored, unlimited);
  yield* freeablePieces(report, unlimited);
  yield* unavailablePieces(report.registry, unlimited);
}

function sentence({ images, streams, bytes }: Space): string {
  return `${plural(images, 'image')} in ${plural(streams, 'stream')}, ${formatBytes(bytes)}`;
}

function* registryPieces(state: RegistryState, layout: TableLayout): Generator<string> {
  const { styles, width } = layout;
  yield `${styles.heading('Registry')}\n`;
  const facts = registryFacts(state);
  const widest = Math.max(0, ...facts.map(([label]) => label.length));
  for (const [label, value] of facts)
    for (const [at, line] of textLines(value, width - widest - 3).entries())
      yield `${at === 0 ? styles.muted(label.padEnd(widest)) : ' '.repeat(widest)}   ${line}\n`;
  if (facts.length === 0) yield state.hasNoDeployment ? 'none runs in this cluster\n' : 'no part of it can be read\n';
  yield '\n';
  if (!state.conditions?.length) return;
  const columns: Column[] = [
    { title: 'CONDITION' },
    {
      title: 'STATUS',
      style: (text, [type = '', status = '']) => (isBadCondition({ type, status }) ? styles.bad(text) : text),
    },
    { title: 'REASON', wraps: true },
    { title: 'MESSAGE', wraps: true },
  ];
  const rows = state.conditions.map(({ type, status, reason = '', message = '' }) => [type, status, reason, message]);
  yield* tableLines(columns, rows, layout);
  yield '\n';
}

/** States what the sizes mean: a layer counts once in each row whose images need it. */
const SIZES =
  '(BYTES: the layers and configs that the images need; UNIQUE: those that only images of this row need; SHARED: the rest)';

const SPACE_COLUMNS: Column[] = [
  { ...rightAligned('IMAGES'), drop: 4 },
  { ...rightAligned('ITEMS'), drop: 2 },
  rightAligned('BYTES'),
  rightAligned('UNIQUE'),
  { ...rightAligned('SHARED'), drop: 1 },
];

function* spacePieces(
  space: Space,
  { pulled, now }: Pick<RegistryStatusReport, 'pulled' | 'now'>,
  layout: TableLayout,
): Generator<string> {
  yield `${layout.styles.heading('Space')}\n`;
  const counts = `${plural(space.images, 'image')} (${thousands(space.imported)} imported, which take no space), ${plural(space.streams, 'image stream')}, ${plural(space.tagItems, 'tag item')}, ${plural(space.blobs, 'blob')}`;
  const bytes = `${formatBytes(space.bytes)} in total, as Image objects state it, of which ${formatBytes(space.sharedBetweenNamespaces)} is shared between namespaces`;
  const pulls = pulled ? [recentText(pulled, space.images)] : [];
  const columns = [...SPACE_COLUMNS, ...(pulled ? [rightAligned('LAST PULL')] : [])];
  for (const text of [counts, bytes, ...pulls]) for (const line of textLines(text, layout.width)) yield `${line}\n`;
  for (const line of textLines(SIZES, layout.width)) yield `${layout.styles.muted(line)}\n`;
  yield '\n';
  const untagged = space.untagged.images > 0 ? [['(no tag)', '', ...spaceCells(space.untagged)]] : [];
  yield* sectionPieces(layout, {
    title: 'By namespace',
    columns: [{ title: 'NAMESPACE' }, { ...rightAligned('STREAMS'), drop: 3 }, ...columns],
    rows: [
      ...space.namespaces.map((one) => [
        one.namespace,
        thousands(one.streams),
        ...spaceCells(one),
        ...pullCells(pulled?.namespaces.get(one.namespace), now),
      ]),
      ...untagged,
    ],
  });
  yield* sectionPieces(layout, {
    title: 'By image stream',
    columns: [{ title: 'STREAM' }, ...columns],
    rows: inRowOrder(space.imageStreams, layout.order).map((one) => {
      const name = `${one.namespace}/${one.name}`;
      return [name, ...spaceCells(one), ...pullCells(pulled?.streams.get(name), now)];
    }),
  });
  yield* sectionPieces(layout, {
    title: 'By age of the youngest image that needs it',
    columns: [{ title: 'AGE' }, rightAligned('IMAGES'), rightAligned('BYTES')],
    rows: space.ages.map(({ images, bytes }, at) => [ageText(at), thousands(images), formatBytes(bytes)]),
  });
}

function spaceCells({ images, tagItems, bytes, unique }: SpaceOf): string[] {
  return [thousands(images), thousands(tagItems), formatBytes(bytes), formatBytes(unique), formatBytes(bytes - unique)];
}

/** Formats the age of the last pull; not shown in a table without this column. */
function pullCells(time: number | undefined, now: number): string[] {
  return time === undefined ? [] : [pullAge(time, now)];
}

function rightAligned(title: string): Column {
  return { title, align: 'right' };
}

interface Section {
  title: string;
  columns: Column[];
  rows: string[][];
}

function* sectionPieces(layout: TableLayout, { title, columns, rows }: Section): Generator<string> {
  const { styles, wide } = layout;
  const shown = wide ? rows : rows.slice(0, MAX_ROWS);
  const hidden = rows.length - shown.length;
  yield `${styles.heading(title)}\n`;
  yield* tableLines(columns, shown, layout);
  if (hidden > 0) yield `${styles.muted(`… and ${thousands(hidden)} more (-o wide shows all)`)}\n`;
  yield '\n';
}

function* storedPieces(stored: StoredSpace, layout: TableLayout): Generator<string> {
  const { styles, width } = layout;
  yield `${styles.heading('Space as stored')} ${styles.muted(`(${stored.place?.url ?? stored.text})`)}\n`;
  const columns = [{ title: 'WHAT' }, rightAligned('COUNT'), rightAligned('BYTES')];
  yield* tableLines(columns, storedRows(stored), layout);
  for (const { text, command } of storedNotes(stored)) {
    for (const line of textLines(text, width)) yield `${line}\n`;
    // Not wrapped: it is copied into a shell.
    if (command !== undefined) yield `  ${command}\n`;
  }
  yield '\n';
}

function* freeablePieces({ freeable, space }: RegistryStatusReport, layout: TableLayout): Generator<string> {
  const { styles, width } = layout;
  if (!freeable || !space) return;
  yield `${styles.heading('What prune images would free')}\n`;
  const about = '(bytes and images, by --keep-tag-revisions and --keep-younger-than)';
  for (const line of textLines(about, width)) yield `${styles.muted(line)}\n`;
  const cells = freeable.cells.map((row) =>
    row.map(({ bytes, images }) => (images === 0 ? '–' : `${formatBytes(bytes)} (${thousands(images)})`)),
  );
  for (const [index, [from, to]] of gridParts(cells, freeable.revisions.length, width).entries()) {
    if (index > 0) yield '\n';
    const columns = freeable.revisions.slice(from, to).map((revisions) => rightAligned(`KEEP ${revisions}`));
    const rows = cells.map((row, age) => [freeable.ageTexts[age]!, ...row.slice(from, to)]);
    yield* tableLines([{ title: AGES_TITLE }, ...columns], rows, layout);
  }
  if (freeable.policy) for (const line of textLines(policyText(freeable.policy), width)) yield `${line}\n`;
  const invalid = freeable.invalid.length;
  if (invalid > 0)
    yield* note(
      `${plural(invalid, 'reference')} cannot be parsed; a prune stops, unless --ignore-invalid-refs is given`,
      layout,
    );
  yield '\n';
}

/** Returns the columns, from and to, of the tables into which a grid is divided so that each fits the terminal. */
function gridParts(cells: string[][], columns: number, width: number): [from: number, to: number][] {
  const widest = Math.max('KEEP 1000'.length, ...cells.flat().map((text) => text.length));
  const perTable = Math.min(columns, Math.max(1, Math.floor((width - AGES_TITLE.length) / (widest + 3))));
  return Array.from({ length: Math.ceil(columns / perTable) }, (_, at) => [at * perTable, (at + 1) * perTable]);
}

function* unavailablePieces({ unavailable }: RegistryState, { styles, width }: TableLayout): Generator<string> {
  if (unavailable.length === 0) return;
  yield `${styles.warn('Not shown')}\n`;
  for (const { what, message } of unavailable)
    for (const [at, line] of textLines(`${what}: ${message}`, width - 4).entries())
      yield `${at === 0 ? '  ' : '    '}${line}\n`;
}

function* note(text: string, { styles, width }: TableLayout): Generator<string> {
  const [first = '', ...rest] = textLines(`note: ${text}`, width);
  yield `${styles.warn('note')}${first.slice('note'.length)}\n`;
  for (const line of rest) yield `${line}\n`;
}

/** Wraps free text at the width of the terminal; names in it stay whole. */
function textLines(text: string, width: number): string[] {
  return wrappedWords(clean(text), width);
}
