import type { MainTable } from '../../core/terminal/main-table.js';

/** The settings of a Configuration document, and the table that shows them. */
export const SETTINGS_TABLE: MainTable = {
  array: 'settings',
  columns: { SETTING: '.name', VALUE: '.value', FROM: '.from', COMMANDS: '.commands' },
};
