import type { LintReport } from './lint/report.js';
import type { VerifyReport } from './verify/report.js';
import { table } from '../terminal/table.js';
import { oneLine, plural } from '../terminal/text.js';

/** `FILE:LINE: severity: message (rule)` with the remedy below, as compilers write, so that editors can jump there. */
export function lintText({ files, findings, summary }: LintReport): string {
  const lines = findings.map(({ file, line, severity, rule, message, remedy }) =>
    [`${file}:${line}: ${severity}: ${oneLine(message)} (${rule})`, `  ${oneLine(remedy)}`].join('\n'),
  );
  const total = `${plural(files.length, 'file')}: ${plural(summary.errors, 'error')}, ${plural(summary.warnings, 'warning')}`;
  return [...lines, total].join('\n');
}

const CHECKS = ['WHERE', 'CHECK', 'STATUS', 'DETAIL'].map((title) => ({ title }));

/** One line a check, and below them what to do about those that did not pass. */
export function verifyText({ checks, summary }: VerifyReport): string {
  const rows = checks.map(({ where, name, status, detail }) => [where, name, status, detail]);
  const remedies = checks
    .filter(({ remedy }) => remedy)
    .map(({ name, remedy = '' }) => `  * ${name}: ${oneLine(remedy)}\n`);
  const { passed, failed, warnings, skipped } = summary;
  return [
    table(CHECKS, rows),
    ...(remedies.length > 0 ? ['what to do:\n', ...remedies] : []),
    `${passed} passed, ${failed} failed, ${plural(warnings, 'warning')}, ${skipped} skipped\n`,
  ].join('');
}
