import { auditLogHint } from '../../deletion/audit-hint.js';
import type { Failure } from '../../model/document.js';
import { listsFailures } from '../../terminal/failure-lines.js';
import { summarize, type ObjectPruneReport } from '../report.js';

/**
 * Returns the lines on stderr that follow the result.
 * @param format of stdout: those that do not name failures need them on stderr
 */
export function notesFor(report: ObjectPruneReport, format: string): string[] {
  const { auditLog, dryRun, feature, failures } = report;
  const lines: string[] = [];
  // `oc` writes this line even if there is nothing to delete.
  if (format === 'oc' && dryRun)
    lines.push(`Dry run enabled - no modifications will be made. Add --confirm to remove ${feature.things}`);
  if (!listsFailures(format)) lines.push(...failures.map(lineOf));
  if (summarize(report).objects > 0)
    lines.push(
      `hint: the images that only these ${feature.things} use${dryRun ? '' : 'd'} can ${dryRun ? 'then ' : ''}be pruned with regadm prune images`,
    );
  const hint = auditLog !== undefined && summarize(report).objects > 0 ? auditLogHint(auditLog) : undefined;
  if (hint !== undefined) lines.push(`hint: ${hint}`);
  return lines;
}

function lineOf({ target, message }: Failure): string {
  return `failed: ${target}: ${message}`;
}
