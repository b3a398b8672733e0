import type { ClusterSettings } from './cluster-settings.js';
import { completed } from './complete.js';
import { cronJobList } from './list.js';
import { hintsFor } from './hints.js';
import type { CronJobRequest } from './request.js';

export { readClusterSettings, unreadable } from './cluster-settings.js';

/**
 * Returns what `--cronjob` prints: the List on stdout, and lines for people.
 */
export function printable(request: CronJobRequest, cluster: ClusterSettings): { list: object; notes: string[] } {
  const whole = completed(request, cluster);
  return { list: cronJobList(whole.request, whole.usingKinds), notes: [...whole.notes, ...hintsFor(whole.request)] };
}
