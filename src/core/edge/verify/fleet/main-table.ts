import type { MainTable } from '../../../terminal/main-table.js';

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
