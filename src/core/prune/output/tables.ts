import type { ImagePruneReport } from '../report.js';
import { styles, type Styles } from '../../terminal/color.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { oneLine, plural, thousands } from '../../terminal/text.js';
import { compareText } from './order.js';
import { imageSection } from './image-section.js';
import type { Section } from './section.js';
import { itemSection, streamSection } from './stream-sections.js';
import { summaryTable } from './summary-table.js';
import { notReached, skippedThings } from './skipped.js';

export interface TableOptions {
  color: boolean;
  /** Columns of the terminal; Infinity for no limit. */
  width: number;
  /** Ms since the epoch: ages are counted from it. */
  now: number;
}

/** Rows of a table that is not `wide`. */
const ROWS = 20;

/** The tables for people: image streams, images, summary; with `wide` nothing is cut. */
export function* tablePieces(
  report: ImagePruneReport,
  wide: boolean,
  { color, width, now }: TableOptions,
): Generator<string> {
  const { plan } = report;
  const paint = styles(color);
  const limit = wide ? Infinity : ROWS;
  if (plan.streams.length === 0 && plan.images.length === 0) {
    yield nothingToDo(report);
    return yield* whatWentWrong(report, limit, paint);
  }
  const room = wide ? Infinity : width;
  yield* section(streamSection(report, limit), limit, room, paint);
  if (wide) yield* section(itemSection(report), limit, room, paint);
  yield* section(imageSection(report, limit, wide, now), limit, room, paint);
  yield* summaryTable(report, room, paint);
  yield* whatWentWrong(report, limit, paint);
  yield* ending(report, paint);
}

function* section(
  { title, columns, total, rows }: Section,
  limit: number,
  width: number,
  paint: Styles,
): Generator<string> {
  if (total === 0) return yield `${paint.heading(title)}: none\n\n`;
  yield `${paint.heading(title)}\n`;
  yield* tableLines(columns.map(withStatusColor(paint)), rows, { width, heading: paint.muted });
  if (total > limit) yield `${paint.muted(more(total - limit))}\n`;
  yield '\n';
}

/** What asks for attention stands out. */
function withStatusColor(paint: Styles): (column: Column) => Column {
  const byStatus = (text: string): string =>
    text.startsWith('failed') ? paint.bad(text) : text.startsWith('skipped') ? paint.warn(text) : text;
  return (column) => (column.title === 'STATUS' ? { ...column, style: byStatus } : column);
}

function more(count: number): string {
  return `… and ${thousands(count)} more (-o wide shows all)`;
}

/** Failures and what was skipped, each with its reason; never cut in width, since the end of a message may be what counts. */
function* whatWentWrong(report: ImagePruneReport, limit: number, paint: Styles): Generator<string> {
  const failures = report.failures
    .map(({ target, message }) => `  ${oneLine(target)}: ${oneLine(message)}\n`)
    .sort(compareText);
  yield* list(paint.bad('Failed'), failures, limit, paint);
  yield* list(paint.warn('Skipped'), skippedThings(report), limit, paint);
  const { images, streams } = notReached(report);
  if (images + streams > 0) {
    yield `${paint.warn('Not reached')}: ${plural(streams, 'image stream')} and ${plural(images, 'image')}. The next run goes on there.\n\n`;
  }
}

function* list(title: string, lines: Iterable<string>, limit: number, paint: Styles): Generator<string> {
  let count = 0;
  for (const line of lines) {
    if (count === 0) yield `${title}\n`;
    if (count++ < limit) yield line;
  }
  if (count > limit) yield `${paint.muted(more(count - limit))}\n`;
  if (count > 0) yield '\n';
}

function* ending(report: ImagePruneReport, paint: Styles): Generator<string> {
  if (report.dryRun)
    yield `A dry run: nothing was changed. To do it, run the same command with ${paint.heading('--confirm')}.\n`;
  else if (report.interrupted)
    yield `${paint.warn('The run was ended before all was done.')}\nRun the same command again: it finishes what is left.\n`;
  else if (report.failures.length > 0)
    yield `${paint.bad('Not all was done.')}\nRemove the causes above and run the same command again: it finishes what is left.\n`;
  else yield `${paint.good('Done.')}\n`;
}

function nothingToDo({ plan }: ImagePruneReport): string {
  const { namespace } = plan.options;
  const streams = plan.snapshot.streams.filter((stream) => namespace === undefined || stream.namespace === namespace);
  const items = streams.reduce((sum, { tags }) => sum + tags.reduce((all, tag) => all + tag.items.length, 0), 0);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const kept = [`${plural(items, 'tag item')} of ${plural(streams.length, 'image stream')}`];
  if (namespace === undefined) kept.push(plural(plan.snapshot.images.count, 'image'));
  return `Nothing to prune${where}: all that was found is kept (${kept.join(', ')}).\n`;
}
