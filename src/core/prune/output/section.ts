import type { EntryStatus } from '../../model/document.js';
import type { Column, Rows } from '../../terminal/table.js';

/** One table: its title, its total number of rows, and the rows to show. */
export interface Section {
  title: string;
  columns: Column[];
  total: number;
  rows: Rows;
}

/** Returns the text of a REASON column: why an entry was skipped, how it failed, or why it is deleted. */
export function reasonText({ reason, message }: Pick<EntryStatus, 'reason' | 'message'>, planned: string): string {
  return reason ?? message ?? planned;
}
