import { shortDigests } from '../../../model/digest.js';
import { formatBytes } from '../../../model/values/quantity.js';
import type { Layout } from '../../../terminal/output.js';
import { tableLines, type Column } from '../../../terminal/table.js';
import { thousands } from '../../../terminal/text.js';
import { MAX_ROWS } from '../../output/max-rows.js';
import type { OnlineReport } from '../types.js';

type TableLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers'>;

interface Entry {
  digest: string;
  bytes: number;
  status: string;
  reason?: string;
  message?: string;
}

/** A table of blobs; further columns are between the size and the status. */
interface Table<T extends Entry> {
  title: string;
  entries: readonly T[];
  further?: { title: string; cell: (entry: T) => string }[];
}

/** Writes tables of the blobs that an online run marked, unmarked, moved back and deleted from the trash. */
export function* onlineTables(
  { marked, unmarked, restored, purged }: OnlineReport,
  layout: TableLayout,
): Generator<string> {
  const links = { title: 'LINKS', cell: (entry: { links: number }) => thousands(entry.links) };
  const why = { title: 'WHY', cell: (entry: { reason: string }) => entry.reason };
  const date = { title: 'MOVED', cell: (entry: { date: string }) => entry.date };
  yield* tableText({ title: 'MARKED BLOB', entries: marked, further: [links] }, layout);
  yield* tableText({ title: 'UNMARKED BLOB', entries: unmarked, further: [why] }, layout);
  yield* tableText({ title: 'BLOB MOVED BACK', entries: restored, further: [why] }, layout);
  yield* tableText({ title: 'BLOB IN THE TRASH', entries: purged, further: [date] }, layout);
}

/** Writes a table, the largest blobs first. Writes nothing for an empty list. */
function* tableText<T extends Entry>(
  { title, entries, further = [] }: Table<T>,
  layout: TableLayout,
): Generator<string> {
  if (entries.length === 0) return;
  const sorted = [...entries].sort((a, b) => b.bytes - a.bytes);
  const shown = layout.wide ? sorted : sorted.slice(0, MAX_ROWS);
  const short = layout.wide ? (text: string) => text : shortDigests(shown.map(({ digest }) => digest));
  const rows = shown.map((entry) => [
    short(entry.digest),
    formatBytes(entry.bytes),
    ...further.map(({ cell }) => cell(entry)),
    statusText(entry),
  ]);
  const columns: Column[] = [title, 'SIZE', ...further.map((column) => column.title), 'STATUS'].map((name) => ({
    title: name,
    wraps: name === 'WHY' || name === 'STATUS',
    align: name === 'SIZE' || name === 'LINKS' ? 'right' : 'left',
  }));
  yield* tableLines(columns, rows, layout);
  const hidden = sorted.length - shown.length;
  if (hidden > 0) yield `${layout.styles.muted(`… and ${thousands(hidden)} more (-o wide shows all)`)}\n`;
  yield '\n';
}

function statusText({ status, reason, message }: Entry): string {
  if (status === 'failed') return `failed: ${message ?? ''}`;
  return status === 'skipped' ? `skipped: ${reason ?? ''}` : status;
}
