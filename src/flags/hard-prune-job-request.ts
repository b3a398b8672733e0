import { JOB_DEFAULTS as DEFAULT, type HardPruneJobRequest, type NamedStore } from '../core/hard-prune-job/request.js';
import { usageError } from '../core/model/errors.js';
import { REGISTRY_NAMESPACE } from '../core/model/openshift.js';
import { findRegion } from '../core/storage/objects/s3/credentials.js';
import { authoritiesFlag } from './authorities.js';
import { clusterFlags } from './cluster.js';
import { durationFlag, timeoutFlag } from './duration.js';
import { hardPruneJobFlags } from './hard-prune-job.js';
import { toHardPruneRequest } from './hard-prune-request.js';
import type { HardPruneFlagValues } from './hard-prune.js';
import { secretFlag } from './pod-settings.js';
import { podSettings, runSettings, scheduleFlag } from './printed-job.js';
import { redisUrlFlag } from './redis.js';
import { imageFlag } from './schedule.js';
import { regionFlag } from './storage.js';

/** What the command line states besides the values of the flags. */
interface CommandLine {
  /** In the form of `normalizeArgv`, settings included. */
  argv: readonly string[];
  /** Flags whose values come from the environment or the configuration file. */
  fromSettings: ReadonlySet<string>;
}

/**
 * Converts the flags of `--print-job`.
 * @throws RegadmError (USAGE) that names the flag
 */
export async function toHardPruneJobRequest(
  flags: HardPruneFlagValues,
  line: CommandLine,
): Promise<HardPruneJobRequest> {
  assertPossible(flags, line);
  const { image, schedule, 'credentials-secret': secret } = flags;
  if (image === undefined)
    throw usageError('--print-job needs --image', ['name an image that contains regadm, preferably by its digest']);
  const storage = await storageOf(flags);
  const region = await regionHere(flags, storage);
  const { activeDeadlineSeconds: given, ...runs } = runSettings(flags, DEFAULT);
  const rolloutSeconds = rolloutLimit(flags, given);
  const activeDeadlineSeconds = given ?? (schedule === undefined ? undefined : defaultDeadline(rolloutSeconds));
  return {
    image: imageFlag(image),
    storage,
    args: [
      ...line.argv.filter((arg) => !NOT_IN_JOB.has(nameIn(arg))),
      ...(region ? [`--storage-region=${region}`] : []),
    ],
    region,
    readOnly: flags['read-only'],
    pruneImages: flags['prune-images'] ?? false,
    usesRedis: flags['redis-url'] !== undefined,
    authorities: await authorities(flags),
    credentialsSecret: secret === undefined ? undefined : secretFlag(secret),
    rolloutSeconds,
    ...(schedule === undefined ? {} : { runs: { schedule: scheduleFlag(schedule), ...runs } }),
    activeDeadlineSeconds,
    pod: podSettings(flags, DEFAULT.requests),
  };
}

/** Cluster flags that select the cluster and the user of this command, not those of the Job. */
const HERE = Object.keys(clusterFlags).filter((name) => name !== 'request-timeout');

/** Flags that a Job cannot have, and what to do instead. */
const REFUSED = {
  pod: 'omit it: every roll-out gives the pods of the registry other names',
  'metrics-file': "omit it: the container has nowhere to keep a file; the Job's status shows whether a run failed",
  'detailed-exitcode': 'omit it: it is about dry runs, and the Job deletes',
  'storage-credentials': `create a Secret in ${REGISTRY_NAMESPACE} with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and pass --credentials-secret NAME`,
} as const;

/** Flags that the Job does not have, or that it has with another value. */
const NOT_IN_JOB = new Set([
  ...Object.keys(hardPruneJobFlags),
  ...HERE,
  ...Object.keys(REFUSED),
  ...['confirm', 'storage', 'storage-ca', 'redis-ca', 'output', 'json', 'no-color'],
]);

/** Returns the flag of an argument, without its value; a negated one without `no-`. */
function nameIn(arg: string): string {
  const name = arg.replace(/^--/, '').replace(/=.*$/s, '');
  return name === 'no-confirm' ? 'confirm' : name;
}

function assertPossible(flags: HardPruneFlagValues, { argv, fromSettings }: CommandLine): void {
  const refuse = (flag: string, remedy: string): Error =>
    usageError(`--${flag} cannot be specified with --print-job`, [remedy]);
  // A setting is for other runs, too: it is not passed on.
  for (const [flag, remedy] of Object.entries(REFUSED) as [keyof typeof REFUSED, string][])
    if (flags[flag] !== undefined && !fromSettings.has(flag)) throw refuse(flag, remedy);
  if (argv.includes('--no-confirm'))
    throw refuse('no-confirm', 'the Job deletes; for a dry run, omit --print-job and run the command here');
  const isFormGiven = argv.some((arg) => arg.startsWith('--output=')) && !fromSettings.has('output');
  if (isFormGiven && flags.output !== 'yaml' && flags.output !== 'json')
    throw refuse(`output=${flags.output}`, 'the List is printed as YAML, or as JSON with -o json');
  const withSchedule = ONLY_OF_CRON_JOB.find((flag) => flags[flag] !== undefined && !fromSettings.has(flag));
  if (withSchedule && flags.schedule === undefined)
    throw usageError(`--${withSchedule} needs --schedule: a Job runs once`);
  assertNoPassword(flags);
}

const ONLY_OF_CRON_JOB = [
  'suspend',
  'starting-deadline',
  'successful-jobs-history-limit',
  'failed-jobs-history-limit',
] as const;

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
  const { storage: url = 'cluster' } = flags;
  if (url === 'cluster') {
    await toHardPruneRequest({ ...flags, storage: url, confirm: true });
    return url;
  }
  if (!url.includes('://'))
    throw usageError('--storage DIR cannot be specified with --print-job', [
      "omit --storage: the Job mounts the volume that the registry's settings name",
    ]);
  const { way } = await toHardPruneRequest({ ...flags, confirm: true });
  const kind = way.via === 'storage' && typeof way.location === 'object' ? way.location.kind : 'cluster';
  const endpoint = flags['storage-endpoint'];
  if (kind !== 'cluster' && flags['credentials-secret'] !== undefined) return { kind, url, endpoint };
  throw usageError('--storage URL needs --credentials-secret with --print-job: the Job has no credentials', [
    "use the credentials of the registry: --storage cluster, if the URL is that of the registry's own storage",
    `or create a Secret in ${REGISTRY_NAMESPACE} that has the variables with the credentials as keys, and pass --credentials-secret NAME`,
  ]);
}

/** Returns the region that this machine would use for a bucket without `--storage-region`; the Job does not know it. */
async function regionHere(flags: HardPruneFlagValues, storage: 'cluster' | NamedStore): Promise<string | undefined> {
  if (storage === 'cluster' || storage.kind !== 's3' || flags['storage-region'] !== undefined) return undefined;
  return regionFlag(await findRegion(process.env));
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

/** Returns the timeout of each roll-out. A run has two of them, so it cannot end before. */
function rolloutLimit({ timeout }: HardPruneFlagValues, deadline: number | undefined): number {
  const seconds = Math.ceil(timeoutFlag('timeout', timeout) / 1000);
  if (deadline === undefined || deadline > 2 * seconds) return seconds;
  throw usageError(`--active-deadline must be above ${2 * seconds}s: a run waits for two roll-outs (--timeout)`);
}

/** Returns the time after which a run of a CronJob ends, in s: longer than by default with a long `--timeout`. */
function defaultDeadline(rolloutSeconds: number): number {
  return Math.max(durationFlag('active-deadline', DEFAULT.activeDeadline) / 1000, 3 * rolloutSeconds);
}
