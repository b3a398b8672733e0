import type { MainTable } from '../../terminal/main-table.js';

/** The findings of an EdgeLint document. */
export const FINDINGS: MainTable = {
  array: 'findings',
  columns: { FILE: '.file', LINE: '.line', SEVERITY: '.severity', RULE: '.rule', MESSAGE: '.message' },
};
