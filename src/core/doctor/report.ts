import type { Check, CheckStatus } from '../model/check.js';
import type { Count, DocumentHeader } from '../model/document.js';

/** What `regadm doctor -o json` prints. */
export interface DoctorDocument extends DocumentHeader<'Doctor'> {
  /** Version of regadm. */
  version: string;
  /** Version of Node.js. */
  node: string;
  /** True if no check failed: a prune would work. */
  ok: boolean;
  summary: { failed: Count; warnings: Count; unknown: Count };
  checks: Check[];
}

/**
 * Counts the results of checks.
 * @param version of regadm
 */
export function doctorReport(version: string, checks: Check[]): DoctorDocument {
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const summary = { failed: count('failed'), warnings: count('warning'), unknown: count('unknown') };
  return {
    apiVersion: 'regadm/v1',
    kind: 'Doctor',
    version,
    node: process.version,
    ok: summary.failed === 0,
    summary,
    checks,
  };
}
