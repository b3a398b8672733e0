import type { Count, DocumentHeader } from '../../model/document.js';
import type { EdgeCheck } from './check.js';

/** What `regadm edge verify -o json` prints. */
export interface VerifyReport extends DocumentHeader<'EdgeVerify'> {
  /** Name of the managed cluster on the hub; absent if only the managed cluster was checked. */
  cluster?: string;
  summary: {
    passed: Count;
    failed: Count;
    /** Those of `failed` that could not be done, such as for lack of permissions. */
    notChecked: Count;
    warnings: Count;
    skipped: Count;
  };
  checks: VerifyEntry[];
}

/** Result of one check. */
export interface VerifyEntry {
  where: EdgeCheck['where'];
  /** Stable name, e.g. `ignition-override`. */
  name: string;
  status: 'passed' | 'failed' | 'warning' | 'skipped';
  /** What was found. */
  detail: string;
  /** What to do about it; absent if it passed. */
  remedy?: string;
}

const STATUS: Record<EdgeCheck['status'], VerifyEntry['status']> = {
  ok: 'passed',
  info: 'passed',
  warning: 'warning',
  failed: 'failed',
  unknown: 'skipped',
  skipped: 'skipped',
};

/** Converts the checks of a site to the document. */
export function verifyReport(cluster: string | undefined, found: EdgeCheck[]): VerifyReport {
  const checks = found.map(toEntry);
  const count = (status: VerifyEntry['status']): number => checks.filter((check) => check.status === status).length;
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeVerify',
    ...(cluster !== undefined && { cluster }),
    summary: {
      passed: count('passed'),
      failed: count('failed'),
      notChecked: found.filter(({ notChecked }) => notChecked).length,
      warnings: count('warning'),
      skipped: count('skipped'),
    },
    checks,
  };
}

function toEntry({ where, name, status, message, suggestions }: EdgeCheck): VerifyEntry {
  return { where, name, status: STATUS[status], detail: message, ...(suggestions && { remedy: suggestions[0] }) };
}
