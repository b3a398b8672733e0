import { cronJob as printedCronJob } from '../../schedule/cron-job/cron-job.js';
import { CRON_JOB_DEFAULTS, PRUNES, type Prune } from '../../schedule/cron-job/request.js';
import { containersOf, jobSpec, podSpec, type Container, type CronJob } from './manifest.js';
import { prunesIn } from './prunes.js';

/**
 * Returns the CronJob that regadm prints now for the prunes of this one. Its arguments and the settings that flags
 * choose, such as the schedule and the placement, have the value of a default; they are checked elsewhere.
 */
export function printedFor(cronJob: CronJob): CronJob {
  const found = new Set(containersOf(cronJob).map(([, container]) => pruneOf(container)));
  const { keepTagRevisions, keepYoungerThan, keepComplete, keepFailed, loglevel } = CRON_JOB_DEFAULTS;
  return printedCronJob({
    image: '',
    job: {
      schedule: CRON_JOB_DEFAULTS.schedule,
      suspend: false,
      startingDeadlineSeconds: 3600,
      activeDeadlineSeconds: jobSpec(cronJob).activeDeadlineSeconds,
      successfulJobsHistoryLimit: CRON_JOB_DEFAULTS.successfulJobsHistoryLimit,
      failedJobsHistoryLimit: CRON_JOB_DEFAULTS.failedJobsHistoryLimit,
    },
    pod: {
      resources: {},
      priorityClass: podSpec(cronJob).priorityClassName ?? CRON_JOB_DEFAULTS.priorityClass,
      placement: {},
    },
    prune: {
      with: PRUNES.filter((prune) => prune !== 'images').filter((prune) => found.has(prune)),
      ...{ keepTagRevisions, keepYoungerThan, keepComplete, keepFailed, loglevel },
      ...{ ignoreInvalidRefs: true, orphans: false, replicaSets: false, extra: {} },
    },
  }) as CronJob;
}

/** Returns the only prune of a container; undefined if it runs none, several, or one that the List never contains. */
export function pruneOf(container: Container): Prune | undefined {
  const [prune, ...others] = prunesIn(container);
  return others.length > 0 ? undefined : PRUNES.find((each) => each === prune?.what);
}
