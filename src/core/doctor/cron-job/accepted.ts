import type { Check } from '../../model/check.js';
import { about } from '../check.js';
import { pruneOf } from './printed.js';
import { prunesOf } from './prunes.js';
import { printAgain } from './print-again.js';
import type { CronJob } from './manifest.js';

/** Returns what is wrong with the arguments of a prune; undefined if the command accepts them. */
export type ArgumentCheck = (prune: string, words: string[]) => Promise<string | undefined>;

/** Reports arguments of regadm's CronJob that the prunes of this release do not accept. */
export async function checkAccepted(cronJob: CronJob, problemOf: ArgumentCheck): Promise<Check[]> {
  const prunes = prunesOf(cronJob).filter(({ container }) => pruneOf(container) !== undefined);
  const checks = await Promise.all(
    prunes.map(async ({ what, words }) => {
      const problem = await problemOf(what, words);
      if (problem === undefined) return [];
      const text = `CronJob ${cronJob.metadata.name}: prune ${what} does not accept its arguments (${problem}), so every run with this release of regadm ends with an error`;
      return [about('cron job')('warning', text, `correct them, and print the List again: ${printAgain(cronJob)}`)];
    }),
  );
  return checks.flat();
}
