import type { MainTable } from '../../terminal/main-table.js';

/** The checks of an EdgeVerify document, and the table that shows them. */
export const CHECKS: MainTable = {
  array: 'checks',
  columns: { WHERE: '.where', CHECK: '.name', STATUS: '.status', DETAIL: '.detail' },
};
