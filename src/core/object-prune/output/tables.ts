import { remediesOf } from '../../model/document.js';
import { compareText } from '../../model/values/compare-text.js';
import { age } from '../../model/values/age.js';
import type { Styles } from '../../terminal/color.js';
import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { plural, thousands } from '../../terminal/text.js';
import { keyOf } from '../plan/object.js';
import { describeReason } from '../plan/reason.js';
import { summarize, type ObjectPruneReport } from '../report.js';

/** Maximum number of rows of a table, except with `-o wide`. */
const ROWS = 20;

/** Writes the result for people: one sentence, the objects, failures, and what to do next. */
export function* tablePieces(report: ObjectPruneReport, layout: Layout): Generator<string> {
  const { wide, styles: paint } = layout;
  const limit = wide ? Infinity : ROWS;
  yield `${sentence(report)}\n`;
  const { deletions } = report.plan;
  if (deletions.length > 0) {
    yield '\n';
    const rows = inRowOrder(rowsOf(report), layout.order).slice(0, limit);
    yield* tableLines(columnsOf(report, paint), rows, layout);
    if (deletions.length > limit) yield more(deletions.length - limit, paint);
  }
  yield* problems(report, limit, paint);
  yield* ending(report, paint);
}

function sentence(report: ObjectPruneReport): string {
  const { plan, feature, dryRun } = report;
  const { one, many } = feature.nouns;
  const { namespace } = plan.options;
  const where = namespace === undefined ? '' : ` in namespace ${namespace}`;
  const total = plan.deletions.length + plan.kept.length;
  if (total === 0) return `Nothing to prune: there are no ${many}${where}.`;
  const read = plural(total, one, many);
  if (plan.deletions.length === 0) return `Nothing to prune: everything is kept (${read}${where}).`;
  const { objects, skipped } = summarize(report);
  if (dryRun) return `${thousands(objects)} of ${read}${where} would be deleted.`;
  const gone = report.statuses.filter(({ status }) => status === 'gone').length;
  const rest = [
    gone > 0 ? `; ${thousands(gone)} no longer existed` : '',
    skipped > 0 ? `; ${thousands(skipped)} skipped` : '',
  ].join('');
  return `${thousands(objects - gone)} of ${read}${where} deleted${rest}.`;
}

function columnsOf({ dryRun, feature, showLabels }: ObjectPruneReport, paint: Styles): Column[] {
  const byStatus = (text: string): string =>
    text.startsWith('failed') ? paint.bad(text) : text.startsWith('skipped') ? paint.warn(text) : text;
  return [
    { title: 'NAMESPACE' },
    ...(hasSeveralKinds(feature) ? [{ title: 'KIND' }] : []),
    { title: 'NAME' },
    { title: 'PHASE' },
    { title: 'AGE', align: 'right' },
    ...(dryRun ? [] : [{ title: 'STATUS', style: byStatus }]),
    { title: 'REASON', wraps: true },
    ...(showLabels ? [{ title: 'LABELS', wraps: true }] : []),
  ];
}

function hasSeveralKinds({ kinds }: ObjectPruneReport['feature']): boolean {
  return Object.keys(kinds).length > 1;
}

function rowsOf({ plan, statuses, dryRun, feature, now, showLabels }: ObjectPruneReport): string[][] {
  return plan.deletions.map(({ object, because }, at) => {
    const { status, reason, message } = statuses[at]!;
    return [
      object.namespace,
      ...(hasSeveralKinds(feature) ? [object.kind] : []),
      object.name,
      object.phase ?? '',
      age(object.created ?? NaN, now),
      ...(dryRun ? [] : [status]),
      reason ?? message ?? describeReason(because),
      ...(showLabels ? [labelsText(object.labels)] : []),
    ];
  });
}

/** Formats labels as kubectl does. */
function labelsText(labels: Record<string, string> = {}): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  return pairs.sort(compareText).join(',') || '<none>';
}

function more(count: number, paint: Styles): string {
  return `${paint.muted(`… and ${thousands(count)} more (-o wide shows all)`)}\n`;
}

/** Lists failures and what was skipped, each with its reason; lines are not cut. */
function* problems(report: ObjectPruneReport, limit: number, paint: Styles): Generator<string> {
  const failed = report.failures.map(({ target, message }) => `  ${target}: ${message}\n`).sort(compareText);
  yield* list(paint.bad('Failed'), failed, limit, paint);
  const remedies = remediesOf(report.failures).map((remedy) => `  * ${remedy}\n`);
  yield* list(paint.warn('What to do'), remedies, limit, paint);
  const skipped = report.plan.deletions.flatMap(({ object }, at) => {
    const { status, reason = '' } = report.statuses[at]!;
    return status === 'skipped' ? [`  ${object.kind} ${keyOf(object)}: ${reason}\n`] : [];
  });
  yield* list(paint.warn('Skipped'), skipped, limit, paint);
}

function* list(title: string, lines: readonly string[], limit: number, paint: Styles): Generator<string> {
  if (lines.length === 0) return;
  yield '\n';
  yield `${title}\n`;
  yield* lines.slice(0, limit);
  if (lines.length > limit) yield more(lines.length - limit, paint);
}

function* ending(
  { dryRun, refusal, plan, interrupted, failures }: ObjectPruneReport,
  paint: Styles,
): Generator<string> {
  if (plan.deletions.length === 0) return;
  yield '\n';
  if (refusal) yield 'Dry run: nothing was changed. The plan is larger than --max-delete allows.\n';
  else if (dryRun)
    yield `Dry run: nothing was changed. To apply it, run the same command with ${paint.heading('--confirm')}.\n`;
  else if (interrupted) {
    yield `${paint.warn('Interrupted before completion.')}\n`;
    yield 'Run the same command again: it finishes what is left.\n';
  } else if (failures.length > 0) {
    yield `${paint.bad('Completed with errors.')}\n`;
    yield 'Fix the problems above and run the same command again: it finishes what is left.\n';
  } else yield `${paint.good('Done.')}\n`;
}
