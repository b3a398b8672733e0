import { formatBytes } from '../../../model/values/quantity.js';
import { plural } from '../../../terminal/text.js';
import type { HardPruneReport } from '../../report.js';
import type { OnlineReport } from '../types.js';
import type { OnlineSummary } from './summary.js';

type Report = Pick<HardPruneReport, 'dryRun' | 'options'>;
type Counts = OnlineSummary & { bytes: number; manifestLinks: number; repositories: number };

/** Sums up in one sentence what an online run did, or would do, above the tables. */
export function onlineSentence({ dryRun }: Report, counts: Counts): string {
  const { marked, trashed, restored, purged, purgedBytes } = counts;
  const would = dryRun ? 'would be ' : '';
  const back = restored > 0 ? `, ${restored} moved back` : '';
  return `${plural(marked, 'blob')} ${would}marked, ${trashed} moved to the trash${back}, and ${purged} deleted from the trash, which ${dryRun ? 'would free' : 'freed'} ${formatBytes(purgedBytes)}.`;
}

/** Describes what an online run did, or would do, below the tables. */
export function onlineLines(report: Report, counts: Counts, { waiting, trash }: OnlineReport): string[] {
  const { dryRun } = report;
  const say = (would: string, did: string): string => (dryRun ? would : did);
  const { marked, markedBytes, unmarked, trashed, bytes, restored, purged, purgedBytes } = counts;
  const { grace = '', trashKeep = '' } = report.options;
  const lines = [
    `${say('Would mark', 'Marked')} ${sized(marked, markedBytes)} that nothing uses${marked > 0 ? `: a run after a grace of ${grace} moves those to the trash that are still unused` : ''}`,
    `${say('Would move', 'Moved')} ${sized(trashed, bytes)} to the trash${trashed > 0 ? ', from which regadm trash restore brings them back' : ''}`,
  ];
  if (restored > 0)
    lines.push(`${say('Would move', 'Moved')} back ${plural(restored, 'blob')} from the trash: needed again`);
  if (unmarked > 0) lines.push(`${say('Would unmark', 'Unmarked')} ${plural(unmarked, 'blob')}: needed again`);
  lines.push(
    `${say('Would delete', 'Deleted')} ${plural(purged, 'blob')} from the trash: ${say('would free', 'freed')} ${formatBytes(purgedBytes)}`,
  );
  if (marked + trashed > 0 && purged === 0)
    lines.push(`Space is freed only when blobs are deleted from the trash, ${trashKeep} after they were moved there`);
  if (waiting.blobs > 0) lines.push(waitingLine(report, waiting));
  if (trash.blobs > 0)
    lines.push(
      `In the trash: ${sized(trash.blobs, trash.bytes)}${trash.until === undefined ? '' : `; kept for ${trashKeep}, the oldest until ${minute(trash.until)}`}`,
    );
  return lines;
}

function waitingLine({ dryRun, options }: Report, waiting: OnlineReport['waiting']): string {
  const { blobs, bytes, incomplete, from } = waiting;
  const head = `${dryRun ? 'Marked by earlier runs' : 'Marked now'}: ${sized(blobs, bytes)}`;
  if (incomplete === blobs)
    return `${head}; their grace of ${options.grace ?? ''} begins when the registry was restarted`;
  const rest = incomplete > 0 ? `; ${incomplete} of them wait for a restart of the registry` : '';
  return `${head}; the first can be moved to the trash from ${minute(from ?? '')}${rest}`;
}

const sized = (blobs: number, bytes: number): string => `${plural(blobs, 'blob')} (${formatBytes(bytes)})`;

/** Shortens a time in UTC to minutes, rounded up: `2026-11-29 07:35 UTC`. */
function minute(time: string): string {
  const rounded = new Date(Math.ceil(Date.parse(time) / 60_000) * 60_000);
  return `${rounded.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
