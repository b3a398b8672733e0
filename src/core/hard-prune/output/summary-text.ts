import { formatBytes } from '../../model/values/quantity.js';
import { plural } from '../../terminal/text.js';
import type { OnlineSummary } from '../online/output/summary.js';
import { onlineLines, onlineSentence } from '../online/output/summary-text.js';
import type { HardPruneReport } from '../report.js';
import { hardPruneSummary } from './summary.js';

/** Sums up in one sentence what was deleted, or would be, above the tables. */
export function sentence(report: HardPruneReport): string {
  const counts = hardPruneSummary(report);
  if (isOnline(counts)) return onlineSentence(report, counts);
  const { blobs, bytes, manifestLinks, repositories, layerLinks, uploads } = counts;
  const parts = [
    plural(blobs, 'blob'),
    plural(manifestLinks, 'manifest link'),
    plural(repositories, 'repository', 'repositories'),
    ...(layerLinks > 0 ? [plural(layerLinks, 'layer link')] : []),
    ...(uploads > 0 ? [plural(uploads, 'unfinished upload')] : []),
  ];
  const would = report.dryRun ? 'would be ' : '';
  if (report.options.trash)
    return `${parts[0]} (${formatBytes(bytes)}) ${would}moved to the trash; ${parts.slice(1, -1).join(', ')} and ${parts.at(-1)} ${would}deleted.`;
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)} ${would}deleted, and ${formatBytes(bytes)} ${would}freed.`;
}

/** Describes what was deleted, or would be, below the tables. */
export function summaryLines(report: HardPruneReport): string[] {
  const { dryRun, plan } = report;
  const summary = hardPruneSummary(report);
  const { blobs, manifestLinks, repositories, layerLinks, uploads, abandonedUploads, failed, skipped } = summary;
  const deletes = dryRun ? 'Would delete' : 'Deleted';
  const lines = mainLines(report, summary, deletes);
  if (layerLinks > 0) lines.push(`${deletes} ${plural(layerLinks, 'layer link')} to blobs that no longer exist`);
  if (abandonedUploads > 0)
    lines.push(
      `Unfinished uploads: ${abandonedUploads}${uploads > 0 ? `; ${deletes.toLowerCase()} ${uploads}` : ' (--uploads-older-than deletes them)'}`,
    );
  if (plan.kept.length > 0) lines.push(`Unused but too young to delete: ${plan.kept.length} (-v 4 lists them)`);
  if (failed + skipped > 0) lines.push(`Failed: ${failed}; skipped: ${skipped}`);
  const { readOnlySeconds: seconds, requests } = summary;
  if (seconds !== undefined)
    lines.push(`Pushes were refused for ${formatSeconds(seconds)}, besides two roll-outs of the registry`);
  if (requests !== undefined) lines.push(`${plural(requests, 'request')} to the storage`);
  const found = blobs + manifestLinks + repositories + layerLinks + uploads + changesOnline(summary);
  if (dryRun) lines.push(dryRunEnding(report, found));
  return lines.map((line) => `${line}\n`);
}

/** Describes the results for blobs, manifest links and repositories. @param deletes the verb */
function mainLines(report: HardPruneReport, summary: Summary, deletes: string): string[] {
  const { dryRun } = report;
  const { blobs, bytes, manifestLinks, repositories } = summary;
  const others = `${plural(manifestLinks, 'manifest link')}, ${plural(repositories, 'repository', 'repositories')}`;
  const links = `${deletes} ${others}`;
  if (report.online && isOnline(summary))
    return [...onlineLines(report, summary, report.online), ...(manifestLinks + repositories > 0 ? [links] : [])];
  if (report.options.trash) {
    const moves = `${dryRun ? 'Would move' : 'Moved'} ${plural(blobs, 'blob')} (${formatBytes(bytes)}) to the trash`;
    return [`${moves}: space is freed when the trash is purged`, links];
  }
  return [`${deletes} ${plural(blobs, 'blob')}, ${others}`, `${dryRun ? 'Would free' : 'Freed'} ${formatBytes(bytes)}`];
}

type Summary = ReturnType<typeof hardPruneSummary>;

const isOnline = (summary: Summary): summary is Summary & OnlineSummary => summary.marked !== undefined;

function changesOnline({ marked = 0, unmarked = 0, restored = 0, purged = 0 }: Summary): number {
  return marked + unmarked + restored + purged;
}

/** States how to delete what was found, where that is possible. */
function dryRunEnding({ refusal, isRefusedWithConfirm, online, options }: HardPruneReport, found: number): string {
  if (refusal) return 'Nothing was changed. This is more than --max-delete allows.';
  if (isRefusedWithConfirm) return 'Nothing was changed. With --confirm, this is refused: see the warnings.';
  if (online || options.trash)
    return found > 0 ? 'Nothing was changed. Add --confirm to do this.' : 'There is nothing to do.';
  return found > 0 ? 'Nothing was changed. Add --confirm to delete.' : 'There is nothing to delete.';
}

function formatSeconds(seconds: number): string {
  if (seconds < 0.1) return 'less than 0.1 s';
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}
