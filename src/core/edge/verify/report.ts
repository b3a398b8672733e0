import type { Count, DocumentHeader } from '../../model/document.js';
import type { Check } from './check.js';

/** What `regadm edge verify -o json` prints. */
export interface VerifyReport extends DocumentHeader<'EdgeVerify'> {
  /** Name of the managed cluster on the hub; absent if only the managed cluster was checked. */
  cluster?: string;
  summary: { passed: Count; failed: Count; warnings: Count; skipped: Count };
  checks: Check[];
}

export function verifyReport(cluster: string | undefined, checks: Check[]): VerifyReport {
  const count = (status: Check['status']): number => checks.filter((check) => check.status === status).length;
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeVerify',
    ...(cluster !== undefined && { cluster }),
    summary: {
      passed: count('passed'),
      failed: count('failed'),
      warnings: count('warning'),
      skipped: count('skipped'),
    },
    checks,
  };
}
