import { parseFlagDuration } from '../../../model/values/duration.js';
import { formatBytes } from '../../../model/values/quantity.js';
import { plural } from '../../../terminal/text.js';
import type { HardPruneReport } from '../../report.js';
import type { OnlineReport, Waiting } from '../types.js';
import type { OnlineSummary } from './summary.js';

type Report = Pick<HardPruneReport, 'dryRun' | 'options'>;
type Counts = OnlineSummary & { bytes: number; manifestLinks: number; repositories: number };

/** Sums up in one sentence what an online run did, or would do, above the tables. */
export function onlineSentence({ dryRun }: Report, counts: Counts): string {
  const { marked, trashed, restored, purged, purgedBytes } = counts;
  const freed = `, which ${dryRun ? 'would free' : 'freed'} ${formatBytes(purgedBytes)}`;
  const parts = [
    { count: marked, verb: 'marked' },
    { count: trashed, verb: 'moved to the trash' },
    { count: restored, verb: 'moved back from the trash' },
    { count: purged, verb: `deleted from the trash${freed}` },
  ].filter(({ count }) => count > 0);
  if (parts.length === 0) return `No blob ${dryRun ? 'would be' : 'was'} marked, moved or deleted.`;
  const would = dryRun ? 'would be ' : '';
  const texts = parts.map(({ count, verb }) => `${plural(count, 'blob')} ${would}${verb}`);
  const last = texts.pop()!;
  return `${texts.length > 0 ? `${texts.join(', ')} and ${last}` : last}.`;
}

/** Describes what an online run did, or would do, below the tables. */
export function onlineLines(report: Report, counts: Counts, { waiting, trash }: OnlineReport): string[] {
  const { dryRun } = report;
  const say = (would: string, did: string): string => (dryRun ? would : did);
  const { marked, markedBytes, unmarked, trashed, bytes, restored, purged, purgedBytes } = counts;
  const moving = isAtOnce(report.options.grace) ? 'the next run' : `a run after a grace of ${report.options.grace}`;
  const lines: string[] = [];
  if (marked > 0)
    lines.push(
      `${say('Would mark', 'Marked')} ${sized(marked, markedBytes)} that nothing uses: ${moving} moves those to the trash that are still unused`,
    );
  if (trashed > 0)
    lines.push(
      `${say('Would move', 'Moved')} ${sized(trashed, bytes)} to the trash, from which regadm trash restore brings them back`,
    );
  if (restored > 0)
    lines.push(`${say('Would move', 'Moved')} ${plural(restored, 'blob')} back from the trash: needed again`);
  if (unmarked > 0) lines.push(`${say('Would unmark', 'Unmarked')} ${plural(unmarked, 'blob')}: needed again`);
  if (purged > 0)
    lines.push(
      `${say('Would delete', 'Deleted')} ${plural(purged, 'blob')} from the trash: ${say('would free', 'freed')} ${formatBytes(purgedBytes)}`,
    );
  if (marked + trashed > 0 && purged === 0) lines.push(freeingLine(report));
  if (waiting && waiting.blobs > 0) lines.push(waitingLine(report, waiting));
  if (trash.blobs > 0) lines.push(trashLine(report, trash));
  return lines;
}

/** True if a duration of a flag is zero. */
const isAtOnce = (duration = ''): boolean => parseFlagDuration(duration) === 0;

const keepsTrash = ({ options }: Report): boolean => !isAtOnce(options.trashKeep);

function freeingLine(report: Report): string {
  const later = keepsTrash(report) ? `, ${report.options.trashKeep ?? ''} after they were moved there` : '';
  return `Space is freed only when a later run deletes blobs from the trash${later}`;
}

function trashLine(report: Report, { blobs, bytes, until }: OnlineReport['trash']): string {
  const head = `In the trash: ${sized(blobs, bytes)}`;
  if (!keepsTrash(report) || until === undefined) return `${head}; a later run deletes them`;
  return `${head}; kept for ${report.options.trashKeep ?? ''}, the oldest until ${minute(until)}`;
}

function waitingLine({ dryRun, options }: Report, waiting: Waiting): string {
  const { blobs, bytes, incomplete, from } = waiting;
  const head = `${dryRun ? 'Marked by earlier runs' : 'Marked now'}: ${sized(blobs, bytes)}`;
  // Only a run that failed leaves them incomplete then.
  const isSkipped = options.readOnly === 'skip';
  if (incomplete === blobs && isSkipped) return `${head}; the next run continues with them`;
  if (incomplete === blobs)
    return isAtOnce(options.grace)
      ? `${head}; they can be moved to the trash after a restart of the registry`
      : `${head}; their grace of ${options.grace ?? ''} begins when the registry was restarted`;
  const rest = incomplete > 0 && !isSkipped ? `; ${incomplete} of them wait for a restart of the registry` : '';
  return `${head}; the first can be moved to the trash from ${from === undefined ? 'the next run' : minute(from)}${rest}`;
}

const sized = (blobs: number, bytes: number): string => `${plural(blobs, 'blob')} (${formatBytes(bytes)})`;

/** Shortens a time in UTC to minutes, rounded up: `2026-11-29 07:35 UTC`. */
function minute(time: string): string {
  const rounded = new Date(Math.ceil(Date.parse(time) / 60_000) * 60_000);
  return `${rounded.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
