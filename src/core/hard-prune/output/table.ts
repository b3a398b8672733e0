import { shortDigest } from '../../model/digest.js';
import { formatBytes } from '../../model/quantity.js';
import type { Styles } from '../../terminal/color.js';
import { hardPruneSummary, type HardPrunePart, type HardPruneReport } from './documents.js';
import { tableLines, type Column } from '../../terminal/table.js';
import { plural } from '../../terminal/text.js';

const ROWS = 20;

export interface HardPruneTableOptions {
  /** All rows, whole digests. */
  wide: boolean;
  /** Columns of the terminal; Infinity for no limit. */
  width: number;
  styles: Styles;
}

/** The tables for people: repositories, manifest links, layer links, uploads, blobs (largest first), summary. */
export function* hardPruneTables(report: HardPruneReport, options: HardPruneTableOptions): Generator<string> {
  const { plan } = report;
  const digestOf = (digest: string): string => (options.wide ? digest : shortDigest(digest));
  const section = <T>(
    part: HardPrunePart,
    titles: string[],
    items: T[],
    cells: (item: T) => string[],
  ): Iterable<string> =>
    sectionLines(
      titles,
      items.map((item, index) => [...cells(item), statusOf(report, part, index)]),
      options,
    );
  yield* section('repositories', ['REPOSITORY', 'WHY'], plan.repositories, ({ name, reason }) => [name, reason]);
  yield* section('manifestLinks', ['MANIFEST LINK OF', 'DIGEST'], plan.manifestLinks, ({ repository, digest }) => [
    repository,
    digestOf(digest),
  ]);
  yield* section('layerLinks', ['LAYER LINK OF', 'DIGEST'], plan.layerLinks, ({ repository, digest }) => [
    repository,
    digestOf(digest),
  ]);
  yield* section('uploads', ['UPLOAD TO', 'ID'], plan.uploads, ({ repository, id }) => [repository, id]);
  const blobs = plan.blobs
    .map(({ digest, bytes }, index) => ({ digest, bytes, index }))
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
  const rows = blobs.map(({ digest, bytes, index }) => [
    digestOf(digest),
    bytes === undefined ? '-' : formatBytes(bytes),
    statusOf(report, 'blobs', index),
  ]);
  yield* sectionLines(['BLOB', 'SIZE'], rows, options);
  yield summaryText(report);
}

function statusOf({ outcomes }: HardPruneReport, part: HardPrunePart, index: number): string {
  if (!outcomes) return 'would delete';
  const { status, message, reason } = outcomes[part][index] ?? { status: 'skipped' };
  return [status, message ?? reason].filter(Boolean).join(': ');
}

/** Nothing at all without rows. */
function* sectionLines(
  titles: string[],
  rows: string[][],
  { wide, width, styles }: HardPruneTableOptions,
): Generator<string> {
  if (rows.length === 0) return;
  const shown = wide ? rows : rows.slice(0, ROWS);
  const columns: Column[] = [...titles, 'STATUS'].map((title) => ({
    title,
    flexible: !wide && title !== 'SIZE',
    align: title === 'SIZE' ? 'right' : 'left',
  }));
  yield* tableLines(columns, shown, { width: wide ? Infinity : width, heading: styles.heading });
  if (rows.length > shown.length) yield styles.muted(`… and ${rows.length - shown.length} more (-o wide shows all)\n`);
  yield '\n';
}

function summaryText(report: HardPruneReport): string {
  const { dryRun, plan } = report;
  const summary = hardPruneSummary(report);
  const delete_ = dryRun ? 'Would delete' : 'Deleted';
  const lines = [
    `${delete_} ${plural(summary.blobs, 'blob')}, ${plural(summary.manifestLinks, 'manifest link')}, ${summary.repositories === 1 ? '1 repository' : `${summary.repositories} repositories`}`,
    `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(summary.bytes)}`,
  ];
  if (summary.layerLinks > 0)
    lines.push(`${delete_} ${plural(summary.layerLinks, 'layer link')} to blobs that are gone`);
  if (summary.abandonedUploads > 0)
    lines.push(
      `Unfinished uploads: ${summary.abandonedUploads}${summary.uploads > 0 ? `; ${delete_.toLowerCase()} ${summary.uploads}` : ' (--uploads-older-than removes them)'}`,
    );
  if (plan.kept.length > 0)
    lines.push(`Kept although nothing uses them, being young: ${plan.kept.length} (-v 4 names them)`);
  if (summary.failed + summary.skipped > 0) lines.push(`Failed: ${summary.failed}; skipped: ${summary.skipped}`);
  const found = summary.blobs + summary.manifestLinks + summary.repositories + summary.layerLinks + summary.uploads;
  if (dryRun && found > 0) lines.push('Nothing was changed. Add --confirm to delete.');
  return `${lines.join('\n')}\n`;
}
