import type { Check } from './check.js';

/** The document that `edge verify -o json` prints. */
export interface VerifyReport {
  apiVersion: 'regadm/v1';
  kind: 'EdgeVerify';
  cluster?: string;
  summary: { passed: number; failed: number; warnings: number; skipped: number };
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
