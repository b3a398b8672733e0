import { remediesOf, type Failure } from '../../model/document.js';
import type { ImagePruneReport } from '../report.js';
import type { Styles } from '../../terminal/color.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { wrappedWords } from '../../terminal/wrap.js';
import { sentence } from './sentence.js';
import { plural, thousands } from '../../terminal/text.js';
import { isWhole } from '../../verification/plan/types.js';
import { lateImagesFirst } from '../../model/late-image.js';
import { compareText } from '../../model/values/compare-text.js';
import { expiredSection } from './expired.js';
import { imageSection } from './image-section.js';
import type { Section } from './section.js';
import { itemSection, streamSection } from './stream-sections.js';
import { verificationLines } from '../../verification/output/table.js';
import { summaryTable } from './summary-table.js';
import { notReached, skippedLines } from './skipped.js';

/** Maximum number of rows of a table, except with `-o wide`. */
const ROWS = 20;

/** Writes the tables for people: image streams, images, summary. With `wide`, nothing is cut. */
export function* tablePieces(report: ImagePruneReport, layout: Layout): Generator<string> {
  const { wide, now, styles: paint, order } = layout;
  const { plan } = report;
  const limit = wide ? Infinity : ROWS;
  if (plan.streams.length === 0 && plan.images.length === 0) {
    yield nothingToPrune(report);
    return yield* problems(report, limit, paint);
  }
  for (const line of wrappedWords(sentence(report), wide ? Infinity : layout.width)) yield `${line}\n`;
  yield '\n';
  yield* section(streamSection(report, limit), layout);
  if (plan.options.policy) yield* section(expiredSection(report, limit), layout);
  if (wide) yield* section(itemSection(report, now), layout);
  yield* section(imageSection(report, { limit, wide, now, order }), layout);
  yield* summaryTable(report, layout);
  yield* problems(report, limit, paint);
  if (report.verification) {
    yield `${paint.heading('Verification')}\n`;
    yield* verificationLines(report.verification, layout);
    yield '\n';
  }
  yield* ending(report, paint);
}

function* section({ title, note, columns, total, rows }: Section, layout: Layout): Generator<string> {
  const { wide, styles: paint } = layout;
  if (total === 0) return yield `${paint.heading(title)}: none\n\n`;
  yield `${paint.heading(title)}\n`;
  yield* tableLines(columns.map(withStatusColor(paint)), rows, layout);
  if (total > ROWS && !wide) yield `${paint.muted(more(total - ROWS))}\n`;
  if (note) yield `${paint.muted(note)}\n`;
  yield '\n';
}

/** Colors statuses that need attention. */
function withStatusColor(paint: Styles): (column: Column) => Column {
  const byStatus = (text: string): string =>
    text.startsWith('failed') ? paint.bad(text) : text.startsWith('skipped') ? paint.warn(text) : text;
  return (column) => (column.title === 'STATUS' ? { ...column, style: byStatus } : column);
}

function more(count: number): string {
  return `… and ${thousands(count)} more (-o wide shows all)`;
}

/**
 * Lists failures and what was skipped, each with its reason; lines are not cut, because the end of a message can matter
 * most.
 */
function* problems(report: ImagePruneReport, limit: number, paint: Styles): Generator<string> {
  const inOrder = [...report.failures].sort((a, b) => compareText(lineOf(a), lineOf(b)));
  yield* list(paint.bad('Failed'), lateImagesFirst(inOrder).map(lineOf), limit, paint);
  const remedies = remediesOf(report.failures).map((remedy) => `  * ${remedy}\n`);
  yield* list(paint.warn('What to do'), remedies, limit, paint);
  yield* list(paint.warn('Skipped'), skippedLines(report), limit, paint);
  const { images, streams } = notReached(report);
  if (images + streams > 0) {
    yield `${paint.warn('Not reached')}: ${plural(streams, 'image stream')} and ${plural(images, 'image')}. The next run continues there.\n\n`;
  }
}

function lineOf({ target, message }: Failure): string {
  return `  ${target}: ${message}\n`;
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
  if (report.dryRun) yield `${dryRunEnding(report, paint)}\n`;
  else if (report.interrupted) {
    yield `${paint.warn('Interrupted before completion.')}\n`;
    yield 'Run the same command again: it finishes what is left.\n';
  } else if (report.failures.length > 0) {
    yield `${paint.bad('Completed with errors.')}\n`;
    yield 'Fix the problems above and run the same command again: it finishes what is left.\n';
  } else if (report.verification && !isWhole(report.verification))
    yield `${paint.bad('Completed, but not everything that was kept is whole or could be checked.')}\n`;
  else yield `${paint.good('Done.')}\n`;
}

/** States how to apply a plan, where that is possible. */
function dryRunEnding({ isFromFiles, refusal, planOut, preflight }: ImagePruneReport, paint: Styles): string {
  const confirm = paint.heading('--confirm');
  if (isFromFiles)
    return `Planned from files: nothing was changed. To delete, run regadm prune images on the cluster, without --from.`;
  if (refusal) return 'Dry run: nothing was changed. The plan is larger than --max-delete allows.';
  if (preflight.some(({ status }) => status === 'failed'))
    return `Dry run: nothing was changed. First solve what the warnings state: it stops a run with ${confirm}.`;
  if (planOut !== undefined)
    return `Dry run: nothing was changed. To apply the plan, run regadm prune images --plan ${planOut} ${confirm}.`;
  return `Dry run: nothing was changed. To apply it, run the same command with ${confirm}.`;
}

function nothingToPrune({ plan }: ImagePruneReport): string {
  const { namespace } = plan.options;
  const streams = plan.snapshot.streams.filter((stream) => namespace === undefined || stream.namespace === namespace);
  const items = streams.reduce((sum, { tags }) => sum + tags.reduce((all, tag) => all + tag.items.length, 0), 0);
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const kept = [`${plural(items, 'tag item')} of ${plural(streams.length, 'image stream')}`];
  if (namespace === undefined)
    kept.push(plural(plan.snapshot.images.count - plan.snapshot.images.invalid.ownNames, 'image'));
  return `Nothing to prune${where}: everything is kept (${kept.join(', ')}).\n`;
}
