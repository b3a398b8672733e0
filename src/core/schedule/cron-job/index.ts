import type { ClusterSettings } from './cluster-settings.js';
import { completed } from './complete.js';
import { cronJobList } from './list.js';
import { hintsFor } from './hints.js';
import type { CronJobRequest } from './request.js';

export { readClusterSettings, unreadable } from './cluster-settings.js';
export { openSettings } from './complete.js';

/**
 * Returns what `--cronjob` prints: the List on stdout, and lines for people.
 * @param cluster undefined if the flags state everything
 */
export function printable(request: CronJobRequest, cluster?: ClusterSettings): { list: object; notes: string[] } {
  const whole = completed(request, cluster);
  return { list: cronJobList(whole.request), notes: [...whole.notes, ...hintsFor(whole.request)] };
}
