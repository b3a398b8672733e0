import type { Finding } from './finding.js';

/** The document that `edge lint -o json` prints. */
export interface LintReport {
  apiVersion: 'regadm/v1';
  kind: 'EdgeLint';
  files: string[];
  summary: { errors: number; warnings: number };
  findings: Finding[];
}

export function lintReport(files: string[], findings: Finding[]): LintReport {
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeLint',
    files,
    summary: { errors: count('error'), warnings: count('warning') },
    findings,
  };
}
