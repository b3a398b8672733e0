import type { Count, DocumentHeader } from '../../model/document.js';
import type { Finding } from './finding.js';

/** What `regadm edge lint -o json` prints. */
export interface LintReport extends DocumentHeader<'EdgeLint'> {
  /** The files that were checked. */
  files: string[];
  /**
   * Files that were not checked: those without contents, and if there are policies, those that no enabled policy names,
   * so that they are not applied.
   */
  unused: string[];
  summary: { errors: Count; warnings: Count };
  /** By file and line. */
  findings: Finding[];
}

export function lintReport(files: string[], findings: Finding[], unused: string[]): LintReport {
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeLint',
    files,
    unused,
    summary: { errors: count('error'), warnings: count('warning') },
    findings,
  };
}
