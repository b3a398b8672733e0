import { formatBytes } from '../../model/quantity.js';
import type { RegistryStatusReport } from '../report.js';
import type { RegistryState } from '../../operator/state.js';
import { AGES, type Space, type SpaceOf } from '../space.js';
import type { Styles } from '../../terminal/color.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { plural, thousands } from '../../terminal/text.js';

/** Rows of a table that is not `wide`. */
const ROWS = 20;
const right = 'right' as const;

/** The status for people, piece by piece; with `wide` nothing is cut. */
export function* statusPieces(
  report: RegistryStatusReport,
  { wide, width, styles: paint }: Pick<Layout, 'wide' | 'width' | 'styles'>,
): Generator<string> {
  const room = wide ? Infinity : width;
  yield* registryPieces(report.registry, room, paint);
  if (report.space) yield* spacePieces(report.space, wide ? Infinity : ROWS, room, paint);
  yield* freeablePieces(report, room, paint);
  yield* unavailablePieces(report.registry, paint);
}

/** What is known of the registry, as label and value. */
export function registryFacts(state: RegistryState): [label: string, value: string][] {
  const facts: [string, string | undefined][] = [
    ['storage', state.storage && storageText(state.storage)],
    ['mode', state.readOnly === undefined ? undefined : state.readOnly ? 'read-only' : 'read-write'],
    ['replicas', replicasText(state)],
    ['routes', state.routes && (state.routes.join(', ') || 'none: only reachable inside the cluster')],
    ['internal host', state.internalHost],
    ['deletion', deletionText(state.deleteEnabled)],
    ['blob cache', cacheText(state.cache)],
    ['operator', state.managementState],
  ];
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined);
}

function storageText({ kind, place, capacity, phase }: NonNullable<RegistryState['storage']>): string {
  const details = [place, capacity === undefined ? undefined : formatBytes(capacity), phase].filter(Boolean).join(', ');
  const lost = kind === 'emptyDir' ? ' (lost with every restart of the pod)' : '';
  return `${kind}${details ? ` (${details})` : ''}${lost}`;
}

function replicasText({ replicas, rolloutStrategy, pods }: RegistryState): string | undefined {
  if (!replicas) return undefined;
  const ready = replicas.ready === undefined ? '' : `, ${replicas.ready} available`;
  const troubles = (pods ?? [])
    .filter(({ trouble }) => trouble)
    .map(({ name, trouble }) => `; pod ${name}: ${trouble}`);
  return `${replicas.wanted}${ready}${rolloutStrategy ? `, ${rolloutStrategy}` : ''}${troubles.join('')}`;
}

function deletionText(enabled: boolean | null | undefined): string | undefined {
  if (enabled === undefined) return undefined;
  if (enabled === null) return "not set: the image's own configuration counts";
  return enabled ? 'enabled' : 'disabled: no prune can free anything in the registry';
}

function cacheText(cache: string | null | undefined): string | undefined {
  if (cache === undefined) return undefined;
  if (cache === null) return "not set: the image's own configuration counts";
  return cache === ''
    ? 'off'
    : `${cache}${cache === 'inmemory' ? ' (stale after a prune: regadm registry restart)' : ''}`;
}

function* registryPieces(state: RegistryState, width: number, paint: Styles): Generator<string> {
  yield `${paint.heading('Registry')}\n`;
  const facts = registryFacts(state);
  const widest = Math.max(0, ...facts.map(([label]) => label.length));
  for (const [label, value] of facts) yield `${paint.muted(label.padEnd(widest))}   ${value}\n`;
  if (facts.length === 0) yield 'nothing of it may be read\n';
  yield '\n';
  if (!state.conditions?.length) return;
  const columns = [
    { title: 'CONDITION' },
    { title: 'STATUS' },
    { title: 'REASON', flexible: true },
    { title: 'MESSAGE', flexible: true },
  ];
  const bad = new Set(['Available=False', 'Degraded=True']);
  const rows = state.conditions.map(({ type, status, reason = '', message = '' }) => [
    type,
    bad.has(`${type}=${status}`) ? paint.bad(status) : status,
    reason,
    message,
  ]);
  yield* tableLines(columns, rows, { width, heading: paint.muted });
  yield '\n';
}

function* spacePieces(space: Space, limit: number, width: number, paint: Styles): Generator<string> {
  yield `${paint.heading('Space')}\n`;
  yield `${plural(space.images, 'image')} (${thousands(space.imported)} imported, which take no space), ${plural(space.streams, 'image stream')}, ${plural(space.tagItems, 'tag item')}, ${plural(space.blobs, 'blob')}\n`;
  yield `${formatBytes(space.bytes)} in all, as image objects state it; ${formatBytes(space.sharedBetweenNamespaces)} of it shared between namespaces\n\n`;
  const untagged = space.untagged.images > 0 ? [['(no tag)', '', ...spaceCells(space.untagged)]] : [];
  yield* cutTable(
    'By namespace',
    [{ title: 'NAMESPACE', flexible: true }, { title: 'STREAMS', align: right }, ...SPACE_COLUMNS],
    [...space.namespaces.map((one) => [one.namespace, thousands(one.streams), ...spaceCells(one)]), ...untagged],
    limit,
    width,
    paint,
  );
  yield* cutTable(
    'By image stream',
    [{ title: 'STREAM', flexible: true }, ...SPACE_COLUMNS],
    space.imageStreams.map((one) => [`${one.namespace}/${one.name}`, ...spaceCells(one)]),
    limit,
    width,
    paint,
  );
  yield* cutTable(
    'By age of the youngest image that needs it',
    [{ title: 'AGE' }, { title: 'IMAGES', align: right }, { title: 'BYTES', align: right }],
    space.ages.map(({ images, bytes }, at) => [ageText(at), thousands(images), formatBytes(bytes)]),
    Infinity,
    width,
    paint,
  );
}

const SPACE_COLUMNS: Column[] = ['IMAGES', 'ITEMS', 'BYTES', 'UNIQUE', 'SHARED'].map((title) => ({
  title,
  align: right,
}));

function spaceCells({ images, tagItems, bytes, unique }: SpaceOf): string[] {
  return [thousands(images), thousands(tagItems), formatBytes(bytes), formatBytes(unique), formatBytes(bytes - unique)];
}

/** `under 1d`, `1d to 7d`, …, `over 365d`. */
export function ageText(at: number): string {
  const days = (ms: number): string => `${Math.round(ms / 86_400_000)}d`;
  if (at === 0) return `under ${days(AGES[0]!)}`;
  return AGES[at] === Infinity ? `over ${days(AGES[at - 1]!)}` : `${days(AGES[at - 1]!)} to ${days(AGES[at]!)}`;
}

function* cutTable(
  title: string,
  columns: Column[],
  rows: string[][],
  limit: number,
  width: number,
  paint: Styles,
): Generator<string> {
  yield `${paint.heading(title)}\n`;
  yield* tableLines(columns, rows.slice(0, limit), { width, heading: paint.muted });
  if (rows.length > limit) yield `${paint.muted(`… and ${thousands(rows.length - limit)} more (-o wide shows all)`)}\n`;
  yield '\n';
}

function* freeablePieces({ freeable, space }: RegistryStatusReport, width: number, paint: Styles): Generator<string> {
  if (!freeable || !space) return;
  yield `${paint.heading('What prune images would free')} ${paint.muted('(bytes and images, by --keep-tag-revisions and --keep-younger-than)')}\n`;
  const columns = [
    { title: 'KEEP YOUNGER THAN' },
    ...freeable.revisions.map((revisions) => ({ title: `KEEP ${revisions}`, align: right })),
  ];
  const rows = freeable.cells.map((cells, age) => [
    freeable.ageTexts[age]!,
    ...cells.map(({ bytes, images }) => (images === 0 ? '–' : `${formatBytes(bytes)} (${thousands(images)})`)),
  ]);
  yield* tableLines(columns, rows, { width, heading: paint.muted });
  if (freeable.invalid.length > 0)
    yield `${paint.warn('note')}: ${plural(freeable.invalid.length, 'reference')} cannot be parsed; a prune stops for that, unless --ignore-invalid-refs\n`;
  yield '\n';
}

function* unavailablePieces({ unavailable }: RegistryState, paint: Styles): Generator<string> {
  if (unavailable.length === 0) return;
  yield `${paint.warn('Not shown')}\n`;
  for (const { what, message } of unavailable) yield `  ${what}: ${message}\n`;
}
