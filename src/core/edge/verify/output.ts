import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Output } from '../../terminal/output.js';
import { tableLines } from '../../terminal/table.js';
import { plural } from '../../terminal/text.js';
import { CHECKS } from './main-table.js';
import type { SiteReport, VerifyReport } from './report.js';

/** The output of `edge verify`. */
export const edgeVerifyOutput: Output<SiteReport, VerifyReport> = {
  document: (report) => report,
  table: verifyLines,
  main: CHECKS,
};

const COLUMNS = [{ title: 'WHERE' }, { title: 'CHECK' }, { title: 'STATUS' }, { title: 'DETAIL', wraps: true }];

/** Formats one line per check, and below them the remedies. */
function* verifyLines({ checks, summary }: SiteReport, layout: Layout): Generator<string> {
  const rows = inRowOrder(checks, layout.order).map(({ where, name, status, detail }) => [where, name, status, detail]);
  const remedies = checks.flatMap(({ name, remedy }) => (remedy ? [`  * ${name}: ${remedy}\n`] : []));
  const { passed, failed, warnings, skipped } = summary;
  yield* tableLines(COLUMNS, rows, layout);
  if (remedies.length > 0) yield 'what to do:\n';
  yield* remedies;
  yield `${passed} passed, ${failed} failed, ${plural(warnings, 'warning')}, ${skipped} skipped\n`;
}
