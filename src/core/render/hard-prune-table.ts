import { shortDigest } from '../model/digest.js';
import { formatBytes } from '../model/quantity.js';
import { hardPruneSummary, type HardPruneReport } from './hard-prune.js';

const ROWS = 20;

/** The tables for people: repositories, manifest links, layer links, uploads, blobs (largest first), summary. */
export function* hardPruneTables(report: HardPruneReport, wide: boolean): Generator<string> {
  const { plan, outcomes } = report;
  const status = (part: keyof NonNullable<typeof outcomes>, index: number): string => {
    const outcome = outcomes?.[part][index];
    return outcome ? [outcome.status, outcome.message ?? outcome.reason].filter(Boolean).join(': ') : 'would delete';
  };
  const digestOf = (digest: string): string => (wide ? digest : shortDigest(digest));
  yield* table(
    ['REPOSITORY', 'WHY', 'STATUS'],
    plan.repositories.map(({ name, reason }, index) => [name, reason, status('repositories', index)]),
    wide,
  );
  yield* table(
    ['MANIFEST LINK OF', 'DIGEST', 'STATUS'],
    plan.manifestLinks.map(({ repository, digest }, index) => [
      repository,
      digestOf(digest),
      status('manifestLinks', index),
    ]),
    wide,
  );
  yield* table(
    ['LAYER LINK OF', 'DIGEST', 'STATUS'],
    plan.layerLinks.map(({ repository, digest }, index) => [repository, digestOf(digest), status('layerLinks', index)]),
    wide,
  );
  yield* table(
    ['UPLOAD TO', 'ID', 'STATUS'],
    plan.uploads.map(({ repository, id }, index) => [repository, id, status('uploads', index)]),
    wide,
  );
  const blobs = plan.blobs
    .map(({ digest, bytes }, index) => ({ digest, bytes, index }))
    .sort((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0));
  yield* table(
    ['BLOB', 'SIZE', 'STATUS'],
    blobs.map(({ digest, bytes, index }) => [
      digestOf(digest),
      bytes === undefined ? '-' : formatBytes(bytes),
      status('blobs', index),
    ]),
    wide,
  );
  yield summaryText(report);
}

function summaryText(report: HardPruneReport): string {
  const summary = hardPruneSummary(report);
  const will = report.dryRun ? 'Would delete' : 'Deleted';
  const lines = [
    `${will} ${summary.blobs} blobs, ${summary.manifestLinks} manifest links and ${summary.repositories} repositories`,
    `${report.dryRun ? 'Would free' : 'Freed'} ${formatBytes(summary.bytes)}`,
  ];
  if (summary.layerLinks > 0) lines.push(`${will} ${summary.layerLinks} layer links to blobs that are gone`);
  if (summary.abandonedUploads > 0)
    lines.push(
      `Unfinished uploads: ${summary.abandonedUploads}, of which ${report.dryRun ? 'would go' : 'deleted'}: ${summary.uploads}`,
    );
  if (report.plan.kept.length > 0)
    lines.push(`Kept although nothing uses them, being young: ${report.plan.kept.length} (-v 4 names them)`);
  if (summary.failed + summary.skipped > 0) lines.push(`Failed: ${summary.failed}; skipped: ${summary.skipped}`);
  if (
    report.dryRun &&
    summary.blobs + summary.manifestLinks + summary.repositories + summary.layerLinks + summary.uploads > 0
  )
    lines.push('Nothing was changed. Add --confirm to delete.');
  return `${lines.join('\n')}\n`;
}

/** Columns as wide as what is shown; nothing at all without rows. */
function* table(titles: string[], rows: string[][], wide: boolean): Generator<string> {
  if (rows.length === 0) return;
  const shown = wide ? rows : rows.slice(0, ROWS);
  const widths = titles.map((title, column) =>
    shown.reduce((width, row) => Math.max(width, row[column]!.length), title.length),
  );
  const line = (cells: string[]): string =>
    `${cells
      .map((cell, column) => (column === cells.length - 1 ? cell : cell.padEnd(widths[column]!)))
      .join('  ')
      .trimEnd()}\n`;
  yield line(titles);
  for (const row of shown) yield line(row);
  if (rows.length > shown.length) yield `… and ${rows.length - shown.length} more (-o wide shows all)\n`;
  yield '\n';
}
