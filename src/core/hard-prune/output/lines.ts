import { formatBytes } from '../../model/values/quantity.js';
import type { PurgedBlob } from '../online/types.js';
import type { HardPruneReport } from '../report.js';
import { movesToTrash } from './blob-status.js';
import { hardPruneSummary } from './summary.js';

/** Writes one name on each line. @param order of the blobs */
export function* hardPruneNames(
  { plan, online }: HardPruneReport,
  order: Iterable<number> = plan.blobs.keys(),
): Generator<string> {
  for (const at of order) yield `blob/${plan.blobs[at]!.digest}\n`;
  for (const { digest, status } of online?.marked ?? [])
    if (status === 'marked' || status === 'would-mark') yield `markedblob/${digest}\n`;
  for (const { repository, digest } of plan.manifestLinks) yield `manifestlink/${repository}@${digest}\n`;
  for (const { name } of plan.repositories) yield `repository/${name}\n`;
  for (const { repository, digest } of plan.layerLinks) yield `layerlink/${repository}@${digest}\n`;
}

/** Writes the lines of the registry's own pruner, for scripts that read them. */
export function* hardPrunePrunerLines(report: HardPruneReport): Generator<string> {
  const { plan, dryRun } = report;
  // Only these leave the storage: others are moved to the trash.
  const trashed = movesToTrash(report);
  const deleted = trashed ? (report.online?.purged.filter(isPurged) ?? []) : plan.blobs;
  const verb = dryRun ? 'Would delete' : 'Deleting';
  for (const { repository, digest } of plan.manifestLinks) yield `${verb} manifest link: ${repository}@${digest}\n`;
  for (const { name } of plan.repositories)
    yield dryRun ? `Would delete repository: ${name}\n` : `Deleting repo: /docker/registry/v2/repositories/${name}\n`;
  for (const { digest } of deleted)
    yield dryRun ? `Would delete blob: ${digest}\n` : `Deleting blob: ${blobPath(digest)}\n`;
  const summary = hardPruneSummary(report);
  const { purged: blobs = trashed ? 0 : summary.blobs, purgedBytes: bytes = trashed ? 0 : summary.bytes } = summary;
  const freed = formatBytes(bytes).replace(' ', '');
  yield `${dryRun ? 'Would delete' : 'Deleted'} ${blobs} blobs\n`;
  yield `${dryRun ? 'Would free up' : 'Freed up'} ${freed} of disk space\n`;
  if (dryRun) yield 'Use -prune=delete to actually delete the data\n';
}

const isPurged = ({ status }: PurgedBlob): boolean => status === 'purged' || status === 'would-purge';

const blobPath = (digest: string): string =>
  `/docker/registry/v2/blobs/sha256/${digest.slice(7, 9)}/${digest.slice(7)}`;
