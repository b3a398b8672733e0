import type { Column, Rows } from '../../terminal/table.js';
import type { Told } from './status.js';

/** One table: its title, how many rows there are, and those that are shown. */
export interface Section {
  title: string;
  columns: Column[];
  total: number;
  rows: Rows;
}

/** The status alone, for a column of its own. */
export const inWords = ({ status }: Told): string => status;

/** What stands in a column for reasons: why it was skipped, how it failed, else why it goes. */
export function reasonOf(told: Told, planned: string): string {
  return told.reason ?? told.message ?? planned;
}
