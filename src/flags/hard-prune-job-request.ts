import { HARD_PRUNE_JOB, type HardPruneJobRequest } from '../core/hard-prune-job/request.js';
import { JOB_DEFAULTS as DEFAULT } from '../core/storage-job/request.js';
import { usageError } from '../core/model/errors.js';
import { REGISTRY_NAMESPACE } from '../core/model/openshift.js';
import type { NamedStore } from '../core/storage-job/request.js';
import { authoritiesFlag } from './authorities.js';
import { durationFlag, timeoutFlag } from './duration.js';
import { hardPruneJobFlags } from './hard-prune-job.js';
import { registryFlags } from './registry.js';
import { toHardPruneRequest } from './hard-prune-request.js';
import type { HardPruneFlagValues } from './hard-prune.js';
import { onlineGuard } from './online-prune.js';
import { checkOnlineTogether } from './online-together.js';
import { secretFlag } from './pod-settings.js';
import { podSettings, runSettings, scheduleFlag } from './printed-job.js';
import { redisUrlFlag } from './redis.js';
import { imageFlag } from './schedule.js';
import {
  argumentsOfJob,
  assertNoDirectory,
  assertPrintable,
  excluded,
  INSTEAD,
  regionHere,
  storageOfJob,
  type CommandLine,
} from './storage-job.js';

/**
 * Converts the flags of `--print-job`.
 * @throws RegadmError (USAGE) that names the flag
 */
export async function toHardPruneJobRequest(
  flags: HardPruneFlagValues,
  line: CommandLine,
): Promise<HardPruneJobRequest> {
  assertPossible(flags, line);
  const { schedule, 'credentials-secret': secret } = flags;
  const storage = await storageOf(flags);
  const region = await regionHere(flags, storage);
  const { activeDeadlineSeconds: given, ...runs } = runSettings(flags, DEFAULT);
  const online = onlineOf(flags);
  const rolloutSeconds = Math.ceil(timeoutFlag('timeout', flags.timeout) / 1000);
  const waits = waitsOf(rolloutSeconds, online);
  if (given !== undefined && given <= waits.seconds)
    throw usageError(`--active-deadline must be above ${waits.seconds}s: a run waits for ${waits.what}`);
  const activeDeadlineSeconds = given ?? (schedule === undefined ? undefined : defaultDeadline(waits.seconds));
  const usesRedis = flags['redis-url'] !== undefined;
  return {
    job: HARD_PRUNE_JOB,
    image: imageFlag(flags.image!),
    storage,
    args: [...argumentsOfJob(line, NOT_IN_JOB), ...(region ? [`--storage-region=${region}`] : [])],
    region,
    readOnly: flags['read-only'],
    online,
    pruneImages: flags['prune-images'] ?? false,
    usesRedis,
    authorities: await authorities(flags),
    credentialsSecret: secret === undefined ? undefined : secretFlag(secret),
    secretKeys: usesRedis ? [] : ['REGADM_REDIS_URL'],
    rolloutSeconds,
    ...(schedule === undefined ? {} : { runs: { schedule: scheduleFlag(schedule), ...runs } }),
    activeDeadlineSeconds,
    pod: podSettings(flags, DEFAULT.requests),
  };
}

/** Flags that a Job cannot have, and what to do instead. */
const REFUSED = {
  pod: 'omit it: every roll-out gives the pods of the registry other names',
  'metrics-file': "omit it: the container has nowhere to keep a file; the Job's status shows whether a run failed",
  'detailed-exitcode': 'omit it: it is about dry runs, and the Job deletes',
  'storage-credentials': INSTEAD.credentials,
} as const;

const NOT_IN_JOB = [
  ...Object.keys(hardPruneJobFlags),
  ...Object.keys(REFUSED),
  // The Job verifies the storage.
  ...Object.keys(registryFlags),
  'confirm',
  'redis-ca',
];

function assertPossible(flags: HardPruneFlagValues, line: CommandLine): void {
  if (line.argv.includes('--no-confirm'))
    throw excluded('no-confirm', 'the Job deletes; for a dry run, omit --print-job and run the command here');
  assertPrintable(flags, line, REFUSED);
  assertOnline(flags, line);
  assertNoPassword(flags);
}

function assertOnline(flags: HardPruneFlagValues, { fromSettings }: CommandLine): void {
  const isGiven = (name: keyof HardPruneFlagValues): boolean =>
    flags[name] !== undefined && flags[name] !== false && !fromSettings.has(name);
  checkOnlineTogether(flags, isGiven);
  if (flags['discard-marks'] && flags.schedule !== undefined)
    throw usageError('--discard-marks cannot be specified with --schedule: every run would begin again', [
      'print a Job with it, without --schedule, and run that once',
    ]);
}

/** Refuses a URL of Redis with a password, which everyone who can read the Job would see. */
function assertNoPassword({ 'redis-url': url }: HardPruneFlagValues): void {
  if (url === undefined) return;
  redisUrlFlag(url);
  if (!url.includes('@')) return;
  throw usageError('--redis-url contains a password, which does not belong in a printed object', [
    `create a Secret in ${REGISTRY_NAMESPACE} with the key REGADM_REDIS_URL, pass --credentials-secret NAME, and omit --redis-url and REGADM_REDIS_URL here`,
  ]);
}

/** Checks `--storage`, and all flags of the hard prune with it. */
async function storageOf(flags: HardPruneFlagValues): Promise<'cluster' | NamedStore> {
  assertNoDirectory(flags);
  const { way } = await toHardPruneRequest({ ...flags, storage: flags.storage ?? 'cluster', confirm: true });
  return storageOfJob(flags, way.via === 'storage' ? way.location : undefined);
}

async function authorities(flags: HardPruneFlagValues): Promise<HardPruneJobRequest['authorities']> {
  const { 'storage-ca': storage, 'redis-ca': redis } = flags;
  return {
    ...(storage === undefined
      ? {}
      : { 'storage-ca': await authoritiesFlag('storage-ca', storage, "the storage's certificate") }),
    ...(redis === undefined ? {} : { 'redis-ca': await authoritiesFlag('redis-ca', redis, "Redis's certificate") }),
  };
}

function onlineOf(flags: HardPruneFlagValues): HardPruneJobRequest['online'] {
  if (!flags.online) return undefined;
  const { restarts, recheckAfterMs } = onlineGuard(flags);
  return { restarts, recheckSeconds: Math.ceil(recheckAfterMs / 1000) };
}

/** Returns how long a run can wait, in s, and for what. It cannot end before. */
function waitsOf(rollout: number, online: HardPruneJobRequest['online']): { seconds: number; what: string } {
  if (!online) return { seconds: 2 * rollout, what: 'two roll-outs (--timeout)' };
  const { restarts, recheckSeconds } = online;
  if (!restarts) return { seconds: recheckSeconds, what: 'the recheck (--recheck-after)' };
  return { seconds: rollout + recheckSeconds, what: 'a roll-out (--timeout) and the recheck (--recheck-after)' };
}

/** Returns the time after which a run of a CronJob ends, in s: longer than by default if it can wait long. */
function defaultDeadline(waitSeconds: number): number {
  return Math.max(durationFlag('active-deadline', DEFAULT.activeDeadline) / 1000, Math.ceil(1.5 * waitSeconds));
}
