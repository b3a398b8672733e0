import type { MainTable } from '../../../terminal/main-table.js';
import { CHECKS } from '../main-table.js';

/** The clusters of an EdgeVerify document, with the columns to sort them by. */
export const CLUSTERS: MainTable = {
  array: 'clusters',
  columns: {
    CLUSTER: '.cluster',
    OK: '.ok',
    PASSED: '.summary.passed',
    FAILED: '.summary.failed',
    WARNINGS: '.summary.warnings',
    SKIPPED: '.summary.skipped',
  },
};

/** The checks of all clusters, which only `-o wide` shows. */
export const CLUSTER_CHECKS: MainTable = { array: 'checks', columns: { CLUSTER: '.cluster', ...CHECKS.columns } };
