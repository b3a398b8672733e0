import { formatBytes } from '../../model/values/quantity.js';
import type { BackupSummary } from '../backup/unsaved.js';
import type { ImagePruneReport } from '../report.js';
import { summarize } from '../summary.js';
import type { ImagePruneSummary } from './document-type.js';
import type { Layout } from '../../terminal/output.js';
import { tableLines } from '../../terminal/table.js';
import { thousands } from '../../terminal/text.js';

type TextLayout = Pick<Layout, 'wide' | 'width' | 'styles' | 'headers'>;

/** Writes the table of kinds, counts, and the space that is freed. */
export function* summaryTable(report: ImagePruneReport, layout: TextLayout): Generator<string> {
  const summary = summarize(report);
  const { dryRun, plan } = report;
  yield `${layout.styles.heading('Summary')}\n`;
  const columns = [
    { title: 'KIND' },
    { title: dryRun ? 'TO DELETE' : 'DELETED', align: 'right' as const },
    { title: dryRun ? 'FREES' : 'FREED', wraps: true },
  ];
  yield* tableLines(columns, summaryRows(summary, report.imageObjectBytes, plan.options.pruneRegistry), layout);
  yield '\n';
  if (report.backup) yield `${backupLine(report.backup, dryRun)}\n\n`;
}

/** States what the backup contains, or in a dry run how much it would need. */
function backupLine({ directory, saved, estimatedBytes, freeBytes, bytes }: BackupSummary, dryRun: boolean): string {
  const images = `${thousands(saved)} ${saved === 1 ? 'image' : 'images'}`;
  return dryRun
    ? `Backup: would save ${images}, about ${formatBytes(estimatedBytes)}, in ${directory} (${formatBytes(freeBytes)} free)`
    : `Backup: saved ${images} (${formatBytes(bytes)} new) in ${directory}`;
}

function summaryRows(summary: ImagePruneSummary, imageObjectBytes: number, pruneRegistry: boolean): string[][] {
  const etcd =
    summary.images > 0 ? `about ${formatBytes(Math.round(summary.images * imageObjectBytes))} of objects in etcd` : '';
  // The size of manifests is not known: images do not state it.
  const registry = summary.blobs > 0 ? `at least ${formatBytes(summary.bytes)} in the registry` : '';
  const rows = [
    ['image streams (updated)', thousands(summary.imageStreams), ''],
    ['tag items', thousands(summary.imageStreamTagItems), ''],
    ...(summary.imageStreamTags === undefined ? [] : [['tags (expired)', thousands(summary.imageStreamTags), '']]),
    ['images', thousands(summary.images), etcd],
    ['layer links', thousands(summary.layerLinks), ''],
    ['manifest links', thousands(summary.manifestLinks), ''],
    ['blobs', thousands(summary.blobs), pruneRegistry ? registry : 'nothing: --prune-registry=false'],
  ];
  if (summary.failed > 0) rows.push(['failed', thousands(summary.failed), '']);
  if (summary.skipped > 0) rows.push(['skipped', thousands(summary.skipped), '']);
  return rows;
}
