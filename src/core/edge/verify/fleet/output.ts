import { inRowOrder } from '../../../terminal/main-table.js';
import type { Layout, Output } from '../../../terminal/output.js';
import { tableLines } from '../../../terminal/table.js';
import { clean, plural } from '../../../terminal/text.js';
import { fleetReport, type ClusterEntry, type FleetReport, type VerifyEntry, type VerifyReport } from '../report.js';
import { CHECKS } from '../main-table.js';
import { CLUSTERS, CLUSTER_CHECKS } from './main-table.js';

/** The output of `edge verify` for several clusters. */
export const fleetOutput: Output<FleetReport, VerifyReport> = {
  document: (report) => report,
  table: fleetLines,
  main: CLUSTERS,
};

/** The table of `-o wide`, sorted by a column that only it has. Its document is not printed. */
const CHECKS_OUTPUT: Output<FleetReport, VerifyReport> = {
  document: ({ clusters, ...report }) => ({ ...report, checks: rowsOf(clusters) }),
  table: ({ clusters }, layout) => wideLines(inRowOrder(rowsOf(clusters), layout.order), layout),
  main: CLUSTER_CHECKS,
};

/**
 * Returns the output for the flags: that of the checks if their table is sorted by one of its columns.
 * @param choice `sort-by` is a column of one of the tables, or a path
 */
export function fleetOutputFor(choice: { output: string; 'sort-by'?: string }): Output<FleetReport, VerifyReport> {
  return choice.output === 'wide' && (choice['sort-by'] ?? '') in CHECKS.columns ? CHECKS_OUTPUT : fleetOutput;
}

/** Returns the report about one of the clusters, for its line. */
export function reportOf(entry: ClusterEntry): FleetReport {
  return fleetReport([entry], 1, false);
}

/** Maximum characters of a detail in the line of a cluster; all output formats but the table have the whole one. */
const MAX_DETAIL = 300;

const COLUMNS = [
  { title: 'CLUSTER' },
  { title: 'WHERE' },
  { title: 'CHECK' },
  { title: 'STATUS' },
  { title: 'DETAIL', wraps: true },
];

/** Formats one line per cluster; with `-o wide` one per check. */
function* fleetLines({ clusters }: FleetReport, layout: Layout): Generator<string> {
  const ordered = inRowOrder(clusters, layout.order);
  if (layout.wide) yield* wideLines(rowsOf(ordered), layout);
  else yield* ordered.map((entry) => clusterLine(entry, layout));
}

/** A check with the name of its cluster. */
type ClusterCheck = VerifyEntry & { cluster: string };

function rowsOf(clusters: readonly ClusterEntry[]): ClusterCheck[] {
  return clusters.flatMap(({ cluster, checks }) => checks.map((check) => ({ cluster, ...check })));
}

/** Formats one line per check, and below them the remedies. */
function* wideLines(checks: readonly ClusterCheck[], layout: Layout): Generator<string> {
  const rows = checks.map(({ cluster, where, name, status, detail }) => [cluster, where, name, status, detail]);
  const remedies = new Set(checks.flatMap(remedyLine));
  yield* tableLines(COLUMNS, rows, layout);
  if (remedies.size > 0) yield 'what to do:\n';
  yield* remedies;
}

function remedyLine({ name, remedy }: VerifyEntry): string[] {
  return remedy === undefined ? [] : [`  * ${name}: ${remedy}\n`];
}

/** Formats `NAME: passed (9 checks)` or `NAME: failed: CHECK: DETAIL; …`, on one line whatever the clusters state. */
function clusterLine({ cluster, ok, summary, checks }: ClusterEntry, { styles }: Layout): string {
  if (!ok) return `${clean(cluster)}: ${styles.bad('failed')}: ${failures(checks)}\n`;
  const { passed, warnings, skipped } = summary;
  const counts = [
    plural(passed, 'check'),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ];
  return `${clean(cluster)}: ${styles.good('passed')} (${counts.join(', ')})\n`;
}

/** Lists the failed checks; those with the same cause, such as a server that cannot be reached, together. */
function failures(checks: VerifyEntry[]): string {
  const byDetail = new Map<string, Set<string>>();
  for (const { name, status, detail } of checks)
    if (status === 'failed') byDetail.set(detail.trim(), (byDetail.get(detail.trim()) ?? new Set()).add(name));
  return [...byDetail].map(([detail, names]) => `${[...names].join(', ')}: ${shortened(clean(detail))}`).join('; ');
}

function shortened(detail: string): string {
  return detail.length <= MAX_DETAIL ? detail : `${[...detail].slice(0, MAX_DETAIL).join('')}…`;
}

/** Sums up the clusters, for stderr. */
export function fleetSummary({ summary, interrupted }: FleetReport): string {
  const { clusters, passed, failed, unfinished } = summary;
  const rest = interrupted ? `, ${unfinished} not checked because of the interruption` : '';
  return `${plural(clusters, 'cluster')}: ${passed} passed, ${failed} failed${rest}`;
}
