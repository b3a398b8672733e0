import type { Output } from '../../terminal/output.js';
import { oneLine, plural } from '../../terminal/text.js';
import type { LintReport } from './report.js';

/** The output of `edge lint`. */
export const edgeLintOutput: Output<LintReport, LintReport> = { document: (report) => report, table: lintText };

/**
 * Formats findings as compilers do, so that editors can open the line: `FILE:LINE: severity: message (rule)`, with the
 * remedy below.
 */
function lintText({ files, findings, summary }: LintReport): string {
  const lines = findings.flatMap(({ file, line, severity, rule, message, remedy }) => [
    `${file}:${line}: ${severity}: ${oneLine(message)} (${rule})`,
    `  ${oneLine(remedy)}`,
  ]);
  const total = `${plural(files.length, 'file')}: ${plural(summary.errors, 'error')}, ${plural(summary.warnings, 'warning')}`;
  return `${[...lines, total].join('\n')}\n`;
}
