import type { Output } from '../../terminal/output.js';
import { table } from '../../terminal/table.js';
import { oneLine, plural } from '../../terminal/text.js';
import type { VerifyReport } from './report.js';

/** The output of `edge verify`. */
export const edgeVerifyOutput: Output<VerifyReport, VerifyReport> = { document: (report) => report, table: verifyText };

const COLUMNS = ['WHERE', 'CHECK', 'STATUS', 'DETAIL'].map((title) => ({ title }));

/** Formats one line per check, then the remedies. */
function verifyText({ checks, summary }: VerifyReport): string {
  const rows = checks.map(({ where, name, status, detail }) => [where, name, status, detail]);
  const remedies = checks.flatMap(({ name, remedy }) => (remedy ? [`  * ${name}: ${oneLine(remedy)}\n`] : []));
  const { passed, failed, warnings, skipped } = summary;
  return [
    table(COLUMNS, rows),
    ...(remedies.length > 0 ? ['what to do:\n', ...remedies] : []),
    `${passed} passed, ${failed} failed, ${plural(warnings, 'warning')}, ${skipped} skipped\n`,
  ].join('');
}
