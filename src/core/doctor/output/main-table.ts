import type { MainTable } from '../../terminal/main-table.js';

/** The checks of a Doctor document. */
export const CHECKS: MainTable = {
  array: 'checks',
  columns: { STATUS: '.status', CHECK: '.name', MESSAGE: '.message' },
};
