import { formatBytes } from '../../model/values/quantity.js';
import type { Reporter } from '../../kit/reporter.js';
import { plural } from '../../terminal/text.js';
import type { OnlinePlan } from './plan/plan.js';

/** Reports what an online run is about to do. */
export function reportOnlineFindings({ moves, unmarks, candidates }: OnlinePlan, reporter: Reporter): void {
  const parts = [
    ...(candidates.length > 0 ? [`${blobsOf(candidates)} to mark`] : []),
    ...(moves.length > 0 ? [`${blobsOf(moves)} to move to the trash`] : []),
    ...(unmarks.length > 0 ? [`${plural(unmarks.length, 'marked blob')} in use or linked again`] : []),
  ];
  if (parts.length === 0) return reporter.note('found no blobs to mark or to move to the trash');
  reporter.note(`found ${parts.join(', ')}`);
}

const blobsOf = (blobs: readonly { bytes: number }[]): string =>
  `${plural(blobs.length, 'blob')} (${formatBytes(blobs.reduce((sum, { bytes }) => sum + bytes, 0))})`;
