import { shortDigests } from '../../model/digest.js';
import { remediesOf } from '../../model/document.js';
import { compareText } from '../../model/values/compare-text.js';
import { formatBytes } from '../../model/values/quantity.js';
import { age } from '../../model/values/age.js';
import type { Styles } from '../../terminal/color.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { plural, thousands } from '../../terminal/text.js';
import { verificationLines } from '../../verification/output/table.js';
import { isWhole } from '../../verification/plan/types.js';
import type { RestoreStatus } from '../outcome.js';
import type { PlannedImage, PlannedItem } from '../plan/plan.js';
import type { RestoreReport } from '../report.js';
import { summarize } from '../summary.js';
import { missingBytes, neededIn } from './document.js';

/** Maximum number of rows of a table, except with `-o wide`. */
const ROWS = 20;

/** Writes the tables for people: images, tag items, failures, and what to do next. */
export function* tablePieces(report: RestoreReport, layout: Layout): Generator<string> {
  const { plan, outcome } = report;
  yield `${sentence(report)}\n\n`;
  const images = inRowOrder(plan.images, layout.order).filter(({ name }) => isShown(outcome.images.get(name)!));
  yield* section(report.dryRun ? 'Images to restore' : 'Images', imageTable(report, images, layout), layout);
  const items = plan.streams.flatMap((stream) => stream.items).filter((item) => isShown(outcome.items.get(item)!));
  yield* section(report.dryRun ? 'Tag items to restore' : 'Tag items', itemTable(report, items, layout), layout);
  yield* verified(report, layout);
  yield* problems(report, layout);
  yield* ending(report, layout.styles);
}

function isShown({ status }: RestoreStatus): boolean {
  return status !== 'unchanged';
}

function sentence(report: RestoreReport): string {
  const { dryRun, plan, outcome } = report;
  const { images, imageStreamTagItems, blobs, bytes } = summarize(report);
  if (images + imageStreamTagItems === 0) {
    const complete = [...outcome.images.values()].filter(({ status }) => status === 'unchanged').length;
    const isAll = complete === plan.images.length && report.failures.length === 0;
    const all = isAll ? 'everything is there' : `${thousands(complete)} are complete`;
    return `Nothing to restore: ${all} (${plural(plan.images.length, 'image')}).`;
  }
  const would = dryRun ? 'would be ' : '';
  const pushed = blobs === 0 ? 'no blobs' : `${plural(blobs, 'blob')} (${formatBytes(bytes)})`;
  return `${plural(images, 'image')} and ${plural(imageStreamTagItems, 'tag item')} ${would}restored; ${pushed} ${would}added to the registry.`;
}

interface TableOf {
  columns: Column[];
  total: number;
  rows: string[][];
  /** Below the table. */
  note?: string;
}

/** A blob that several images lack is part of the size of each. */
const ADDED = 'ADDED is the size of the configs and layers that the registry lacks; images can share them';

function imageTable({ outcome }: RestoreReport, images: readonly PlannedImage[], { wide, styles }: Layout): TableOf {
  const shown = images.slice(0, wide ? Infinity : ROWS);
  const short = shortDigests(shown.map(({ name }) => name));
  const rows = shown.map((image) => {
    const { status } = outcome.images.get(image.name)!;
    const where = neededIn(image).map(({ repository }) => repository);
    return [
      wide ? image.name : short(image.name),
      formatBytes(missingBytes(image)),
      where.length === 0 ? '-' : where.join(', '),
      status,
    ];
  });
  const columns = [
    { title: 'IMAGE' },
    { title: 'ADDED', align: 'right' as const },
    { title: 'REPOSITORY', wraps: true },
  ];
  return { columns: [...columns, ...statusColumn(styles)], total: images.length, rows, note: ADDED };
}

function itemTable({ outcome }: RestoreReport, items: readonly PlannedItem[], { wide, now, styles }: Layout): TableOf {
  const shown = items.slice(0, wide ? Infinity : ROWS);
  const short = shortDigests(shown.map(({ saved }) => saved.item.image));
  const rows = shown.map((item) => {
    const { stream, tag, item: content } = item.saved;
    const { status, position } = outcome.items.get(item)!;
    return [
      `${stream}:${tag}`,
      String(position),
      age(Date.parse(content.created), now),
      wide ? content.image : short(content.image),
      status,
    ];
  });
  const columns: Column[] = [
    { title: 'TAG' },
    { title: 'POSITION', align: 'right' },
    { title: 'AGE', align: 'right', drop: 1 },
    { title: 'IMAGE' },
    ...statusColumn(styles),
  ];
  return { columns, total: items.length, rows };
}

function statusColumn(paint: Styles): Column[] {
  const byStatus = (text: string): string =>
    text === 'failed' ? paint.bad(text) : text === 'skipped' ? paint.warn(text) : text;
  return [{ title: 'STATUS', style: byStatus }];
}

function* section(title: string, { columns, total, rows, note }: TableOf, layout: Layout): Generator<string> {
  const paint = layout.styles;
  if (total === 0) return;
  yield `${paint.heading(title)}\n`;
  yield* tableLines(columns, rows, layout);
  if (total > rows.length) yield `${more(total - rows.length, paint)}\n`;
  if (note !== undefined) yield `${paint.muted(note)}\n`;
  yield '\n';
}

function more(count: number, paint: Styles): string {
  return paint.muted(`… and ${thousands(count)} more (-o wide shows all)`);
}

function* verified({ verification }: RestoreReport, layout: Layout): Generator<string> {
  if (!verification) return;
  yield `${layout.styles.heading('Verification')}\n`;
  yield* verificationLines(verification, layout);
  yield '\n';
}

/** Lists failures with what to do about them; lines are not cut. */
function* problems({ failures }: RestoreReport, { wide, styles: paint }: Layout): Generator<string> {
  const limit = wide ? Infinity : ROWS;
  const lines = failures.map(({ target, message }) => `  ${target}: ${message}\n`).sort(compareText);
  yield* list(paint.bad('Not restored'), lines, { limit, paint });
  const remedies = remediesOf(failures).map((remedy) => `  * ${remedy}\n`);
  yield* list(paint.warn('What to do'), remedies, { limit, paint });
}

function* list(
  title: string,
  lines: readonly string[],
  { limit, paint }: { limit: number; paint: Styles },
): Generator<string> {
  if (lines.length === 0) return;
  yield `${title}\n`;
  yield* lines.slice(0, limit);
  if (lines.length > limit) yield `${more(lines.length - limit, paint)}\n`;
  yield '\n';
}

function* ending(report: RestoreReport, paint: Styles): Generator<string> {
  const { dryRun, interrupted, failures } = report;
  const { images, imageStreamTagItems } = summarize(report);
  if (dryRun) {
    const apply = images + imageStreamTagItems > 0;
    if (apply)
      yield `Dry run: nothing was changed. To apply it, run the same command with ${paint.heading('--confirm')}.\n`;
  } else if (interrupted) {
    yield `${paint.warn('Interrupted before completion.')}\n`;
    yield 'Run the same command again: it restores what is left.\n';
  } else if (failures.length > 0) {
    yield `${paint.bad('Completed with errors.')}\n`;
    yield 'Fix the problems above and run the same command again: it restores what is left.\n';
  } else if (report.verification && !isWhole(report.verification))
    yield `${paint.bad('Completed, but not everything that was restored is whole or could be checked.')}\n`;
  else yield `${paint.good('Done.')}\n`;
}
