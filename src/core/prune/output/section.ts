import type { EntryStatus } from '../../model/document.js';
import { humanDuration } from '../../model/values/age.js';
import type { Column, Rows } from '../../terminal/table.js';

/** One table: its title, its total number of rows, and the rows to show. */
export interface Section {
  title: string;
  /** What the columns and the order mean, below the table. */
  note?: string;
  columns: Column[];
  total: number;
  rows: Rows;
}

/** Returns the text of a REASON column: why an entry was skipped, how it failed, or why it is deleted. */
export function reasonText({ reason, message }: Pick<EntryStatus, 'reason' | 'message'>, planned: string): string {
  return reason ?? message ?? planned;
}

/** The column with the age of the last pull, which only `-o wide` with --pulls shows. */
export const LAST_PULL: Column = { title: 'LAST PULL', align: 'right' };

/** Formats the age of the last pull; a time in the future counts as now. Times are in ms since the epoch. */
export function lastPull(time: number | undefined, now: number): string {
  return time === undefined ? '-' : humanDuration(Math.max(0, now - time));
}
