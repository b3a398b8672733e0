import type { Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { DEFAULT_IMAGE } from '../core/schedule/cron-job/list.js';
import {
  CRON_JOB_DEFAULTS as DEFAULT,
  PRUNES,
  type CronJobRequest,
  type PruneSettings,
} from '../core/schedule/cron-job/request.js';
import type { cronJobFlags } from './cron-job.js';
import { durationFlag } from './duration.js';
import { countFlag, podSettings, runSettings, scheduleFlag } from './printed-job.js';
import { imageFlag } from './schedule.js';

type CronJobFlagValues = Interfaces.InferredFlags<typeof cronJobFlags>;

/**
 * Converts the flags of `--cronjob`. Further arguments of the prunes are not checked here.
 * @param settings flags whose values come from the environment or the configuration file: other commands share them, so
 *   they may not be needed here
 * @throws RegadmError (USAGE) that names the flag
 */
export function toCronJobRequest(flags: CronJobFlagValues, settings: ReadonlySet<string> = new Set()): CronJobRequest {
  if (flags['alert-severity'] !== undefined && !flags['with-alert'] && !settings.has('alert-severity'))
    throw usageError('--alert-severity needs --with-alert');
  return {
    image: imageFlag(flags.image ?? DEFAULT_IMAGE),
    job: { schedule: scheduleFlag(flags.schedule ?? DEFAULT.schedule), ...runSettings(flags, DEFAULT) },
    pod: podSettings(flags, DEFAULT.requests),
    prune: pruneSettings(flags, settings),
    ...(flags['with-alert'] ? { alertSeverity: flags['alert-severity'] ?? DEFAULT.alertSeverity } : {}),
  };
}

type CountFlag = 'keep-tag-revisions' | 'keep-complete' | 'keep-failed' | 'job-loglevel';

function count(flags: CronJobFlagValues, name: CountFlag, fallback: number, max?: number): number {
  return countFlag(name, flags[name] ?? fallback, max);
}

function pruneSettings(flags: CronJobFlagValues, settings: ReadonlySet<string>): PruneSettings {
  checkWith(flags, settings);
  checkPolicy(flags, settings);
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

/** Refuses flags that would be ignored, because the policy of `prune images` states their values. */
function checkPolicy(flags: CronJobFlagValues, settings: ReadonlySet<string>): void {
  if (!flags['images-arg']?.some((arg) => /^(?:--)?policy=/.test(arg))) return;
  // Prunes of other objects use --keep-younger-than, too.
  const ignored = ['keep-tag-revisions', ...(flags.with?.length ? [] : ['keep-younger-than'])] as const;
  const given = ignored.find((name) => flags[name as keyof CronJobFlagValues] !== undefined && !settings.has(name));
  if (given !== undefined)
    throw usageError(
      `--${given} cannot be specified with --images-arg=policy=…: the file states it, in its rules or its defaults`,
    );
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
