import type { Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { cronProblem } from '../core/schedule/cron.js';
import { longestPeriods } from '../core/schedule/cron-times.js';
import { DEFAULT_IMAGE } from '../core/schedule/cron-job/list.js';
import {
  CRON_JOB_DEFAULTS as DEFAULT,
  PRUNES,
  type CronJobRequest,
  type JobSettings,
  type Placement,
  type PruneSettings,
} from '../core/schedule/cron-job/request.js';
import type { Resources } from '../core/schedule/pruner-spec.js';
import { resourcesProblem } from '../core/schedule/settings.js';
import type { cronJobFlags } from './cron-job.js';
import { durationFlag } from './duration.js';
import {
  affinityFlag,
  checkOvercommit,
  nodeSelectorFlag,
  priorityClassFlag,
  quantitiesFlag,
  tolerationsFlag,
} from './pod-settings.js';
import { imageFlag } from './schedule.js';

type CronJobFlagValues = Interfaces.InferredFlags<typeof cronJobFlags>;

/** Largest value of a 32-bit number in the API. */
const MAX_INT32 = 2 ** 31 - 1;

/**
 * Converts the flags of `--cronjob`. Further arguments of the prunes are not checked here.
 * @param settings flags whose values come from the environment or the configuration file: other commands share them, so
 *   they may not be needed here
 * @throws RegadmError (USAGE) that names the flag
 */
export function toCronJobRequest(flags: CronJobFlagValues, settings: ReadonlySet<string> = new Set()): CronJobRequest {
  const { affinity, toleration } = flags;
  const selector = flags['node-selector'];
  const placement: Placement = {
    tolerations: toleration && tolerationsFlag(toleration),
    nodeSelector: selector === undefined ? undefined : nodeSelectorFlag(selector),
    affinity: affinity === undefined ? undefined : affinityFlag(affinity),
  };
  if (flags['alert-severity'] !== undefined && !flags['with-alert'] && !settings.has('alert-severity'))
    throw usageError('--alert-severity needs --with-alert');
  return {
    image: imageFlag(flags.image ?? DEFAULT_IMAGE),
    job: jobSettings(flags),
    pod: {
      resources: resources(flags),
      priorityClass: priorityClassFlag(flags['priority-class'] ?? DEFAULT.priorityClass),
      placement,
    },
    prune: pruneSettings(flags, settings),
    ...(flags['with-alert'] ? { alertSeverity: flags['alert-severity'] ?? DEFAULT.alertSeverity } : {}),
  };
}

function jobSettings(flags: CronJobFlagValues): JobSettings {
  const active = flags['active-deadline'];
  return {
    schedule: scheduleFlag(flags.schedule ?? DEFAULT.schedule),
    suspend: flags.suspend ?? false,
    startingDeadlineSeconds: secondsFlag('starting-deadline', flags['starting-deadline'] ?? DEFAULT.startingDeadline),
    activeDeadlineSeconds: active === undefined ? undefined : secondsFlag('active-deadline', active),
    successfulJobsHistoryLimit: count(flags, 'successful-jobs-history-limit', DEFAULT.successfulJobsHistoryLimit),
    failedJobsHistoryLimit: count(flags, 'failed-jobs-history-limit', DEFAULT.failedJobsHistoryLimit),
  };
}

function scheduleFlag(text: string): string {
  const problem = cronProblem(text);
  if (problem !== undefined)
    throw usageError(`invalid argument "${text}" for "--schedule" flag: ${problem}`, [
      "write it as --schedule='30 2 * * *' or --schedule=@daily",
    ]);
  if (longestPeriods(text, 1) === undefined)
    throw usageError(`invalid argument "${text}" for "--schedule" flag: no day matches, so no run would start`);
  return text;
}

function secondsFlag(flag: string, text: string): number {
  const seconds = Math.round(durationFlag(flag, text) / 1000);
  // Kubernetes checks for missed starts every 10 s: with less, it can start no run at all.
  const min = flag === 'starting-deadline' ? 10 : 1;
  if (seconds < min || seconds > MAX_INT32)
    throw usageError(`--${flag} must be between ${min}s and ${MAX_INT32}s, not ${text}`);
  return seconds;
}

type CountFlag = 'successful-jobs-history-limit' | 'failed-jobs-history-limit' | PruneCount | 'job-loglevel';
type PruneCount = 'keep-tag-revisions' | 'keep-complete' | 'keep-failed';

function count(flags: CronJobFlagValues, name: CountFlag, fallback: number, max = MAX_INT32): number {
  const value = flags[name] ?? fallback;
  if (value < 0) throw usageError(`--${name} must be greater than or equal to 0`);
  if (value > max) throw usageError(`--${name} must be at most ${max}`);
  return value;
}

function resources(flags: CronJobFlagValues): Resources {
  const requests = quantitiesFlag('requests', flags.requests ?? DEFAULT.requests);
  const limits = flags.limits === undefined ? undefined : quantitiesFlag('limits', flags.limits);
  checkOvercommit(requests, limits);
  const all = { requests, ...(limits && { limits }) };
  const problem = resourcesProblem(all);
  if (problem)
    throw usageError(`--requests of ${problem.name}=${problem.request} is above --limits of ${problem.limit}`);
  return all;
}

function pruneSettings(flags: CronJobFlagValues, settings: ReadonlySet<string>): PruneSettings {
  checkWith(flags, settings);
  const keepYoungerThan = flags['keep-younger-than'] ?? DEFAULT.keepYoungerThan;
  durationFlag('keep-younger-than', keepYoungerThan);
  return {
    with: PRUNES.filter((prune) => prune !== 'images').filter((prune) => flags.with?.includes(prune)),
    keepTagRevisions: count(flags, 'keep-tag-revisions', DEFAULT.keepTagRevisions),
    keepYoungerThan,
    ignoreInvalidRefs: flags['ignore-invalid-refs'] ?? true,
    pruneRegistry: flags['prune-registry'],
    keepComplete: count(flags, 'keep-complete', DEFAULT.keepComplete),
    keepFailed: count(flags, 'keep-failed', DEFAULT.keepFailed),
    orphans: flags.orphans ?? false,
    replicaSets: flags['replica-sets'] ?? false,
    loglevel: count(flags, 'job-loglevel', DEFAULT.loglevel, 10),
    extra: { images: flags['images-arg'], builds: flags['builds-arg'], deployments: flags['deployments-arg'] },
  };
}

/** Flags that have an effect only with one of these prunes. */
const ONLY_WITH = {
  'keep-complete': ['builds', 'deployments'],
  'keep-failed': ['builds', 'deployments'],
  orphans: ['builds', 'deployments'],
  'replica-sets': ['deployments'],
  'builds-arg': ['builds'],
  'deployments-arg': ['deployments'],
} as const satisfies Partial<Record<keyof CronJobFlagValues, readonly string[]>>;

function checkWith(flags: CronJobFlagValues, settings: ReadonlySet<string>): void {
  const chosen = flags.with ?? [];
  for (const [name, prunes] of Object.entries(ONLY_WITH)) {
    const value = flags[name as keyof typeof ONLY_WITH];
    const isGiven = value !== undefined && value !== false;
    if (isGiven && !settings.has(name) && !prunes.some((prune) => chosen.includes(prune)))
      throw usageError(`--${name} needs --with=${prunes.join(' or --with=')}: otherwise nothing uses it`);
  }
}
