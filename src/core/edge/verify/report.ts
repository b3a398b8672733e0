import type { Count, DocumentHeader } from '../../model/document.js';
import type { EdgeCheck } from './check.js';

/** What `regadm edge verify -o json` prints. */
export interface VerifyReport extends DocumentHeader<'EdgeVerify'> {
  /**
   * Name of the managed cluster on the hub; absent if only the managed cluster was checked, and with --all and
   * --selector.
   */
  cluster?: string;
  /** True if the run was interrupted: `clusters` has those that were checked before. Only with --all and --selector. */
  interrupted?: true;
  summary: SiteSummary | FleetSummary;
  /** Absent with --all and --selector. */
  checks?: VerifyEntry[];
  /** The managed clusters, sorted by name; only with --all and --selector. */
  clusters?: ClusterEntry[];
}

/** Counts of the checks of one cluster. */
export interface SiteSummary {
  passed: Count;
  failed: Count;
  /** Those of `failed` that could not be done, such as for lack of permissions. */
  notChecked: Count;
  warnings: Count;
  skipped: Count;
}

/** Counts of clusters. */
export interface FleetSummary {
  /** All that were selected. */
  clusters: Count;
  passed: Count;
  failed: Count;
  /** Those that were not checked, or not completely, when the run was interrupted. */
  unfinished: Count;
}

/** A managed cluster of the hub. */
export interface ClusterEntry {
  /** Name of the managed cluster on the hub. */
  cluster: string;
  /** False if a check failed, or could not be done. */
  ok: boolean;
  summary: SiteSummary;
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

/** The document about one cluster. */
export type SiteReport = VerifyReport & { summary: SiteSummary; checks: VerifyEntry[] };

/** The document about the clusters of a hub. */
export type FleetReport = VerifyReport & { summary: FleetSummary; clusters: ClusterEntry[] };

const STATUS: Record<EdgeCheck['status'], VerifyEntry['status']> = {
  ok: 'passed',
  info: 'passed',
  warning: 'warning',
  failed: 'failed',
  unknown: 'skipped',
  skipped: 'skipped',
};

/** Converts the checks of a site to the document. */
export function siteReport(cluster: string | undefined, found: EdgeCheck[]): SiteReport {
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeVerify',
    ...(cluster !== undefined && { cluster }),
    ...summarized(found),
  };
}

/** Converts the checks of a managed cluster to its entry. */
export function clusterEntry(cluster: string, found: EdgeCheck[]): ClusterEntry {
  const { summary, checks } = summarized(found);
  return { cluster, ok: summary.failed === 0, summary, checks };
}

/**
 * Converts the entries of managed clusters to the document.
 * @param entries those that were checked, sorted by name
 * @param selected number of those that were selected
 */
export function fleetReport(entries: ClusterEntry[], selected: number, interrupted: boolean): FleetReport {
  const passed = entries.filter(({ ok }) => ok).length;
  return {
    apiVersion: 'regadm/v1',
    kind: 'EdgeVerify',
    ...(interrupted && { interrupted }),
    summary: {
      clusters: selected,
      passed,
      failed: entries.length - passed,
      unfinished: selected - entries.length,
    },
    clusters: entries,
  };
}

function summarized(found: EdgeCheck[]): { summary: SiteSummary; checks: VerifyEntry[] } {
  const checks = found.map(toEntry);
  const count = (status: VerifyEntry['status']): number => checks.filter((check) => check.status === status).length;
  return {
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
