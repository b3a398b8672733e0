import type { Output } from '../../terminal/output.js';
import { tableLines } from '../../terminal/table.js';
import { plural } from '../../terminal/text.js';
import type { VerifyReport } from './report.js';

/** The output of `edge verify`. */
export const edgeVerifyOutput: Output<VerifyReport, VerifyReport> = {
  document: (report) => report,
  table: verifyLines,
};

const COLUMNS = ['WHERE', 'CHECK', 'STATUS', 'DETAIL'].map((title) => ({ title }));

/** Formats one line per check, and below them the remedies. */
function* verifyLines({ checks, summary }: VerifyReport): Generator<string> {
  const rows = checks.map(({ where, name, status, detail }) => [where, name, status, detail]);
  const remedies = checks.flatMap(({ name, remedy }) => (remedy ? [`  * ${name}: ${remedy}\n`] : []));
  const { passed, failed, warnings, skipped } = summary;
  yield* tableLines(COLUMNS, rows);
  if (remedies.length > 0) yield 'what to do:\n';
  yield* remedies;
  yield `${passed} passed, ${failed} failed, ${plural(warnings, 'warning')}, ${skipped} skipped\n`;
}
