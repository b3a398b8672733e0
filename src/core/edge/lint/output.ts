import { inRowOrder } from '../../terminal/main-table.js';
import type { Layout, Output } from '../../terminal/output.js';
import { plural } from '../../terminal/text.js';
import { FINDINGS } from './main-table.js';
import type { LintReport } from './report.js';

/** The output of `edge lint`. */
export const edgeLintOutput: Output<LintReport, LintReport> = {
  document: (report) => report,
  table: lintLines,
  main: FINDINGS,
};

/**
 * Formats findings as compilers do, so that editors can open the line: `FILE:LINE: severity: message (rule)`, with the
 * remedy below.
 */
function* lintLines({ files, unused, findings, summary }: LintReport, { order }: Layout): Generator<string> {
  for (const { file, line, severity, rule, message, remedy } of inRowOrder(findings, order)) {
    yield `${file}:${line}: ${severity}: ${message} (${rule})\n`;
    yield `  ${remedy}\n`;
  }
  const counts = `${plural(files.length, 'file')}: ${plural(summary.errors, 'error')}, ${plural(summary.warnings, 'warning')}`;
  const left = `; ${plural(unused.length, 'file')} not checked: empty, or not named by an enabled policy`;
  yield `${counts}${unused.length === 0 ? '' : left}\n`;
}
