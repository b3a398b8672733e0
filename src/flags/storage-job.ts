import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { REGISTRY_NAMESPACE } from '../core/model/openshift.js';
import { findRegion } from '../core/storage/objects/s3/credentials.js';
import type { ObjectStoreLocation, StorageChoice } from '../core/storage/location.js';
import type { NamedStore } from '../core/storage-job/request.js';
import { clusterFlags } from './cluster.js';
import { podFlags, runFlags, type Common, type RunDefaults } from './printed-job.js';
import { regionFlag } from './storage.js';

/** The flags of a Job that uses the registry's storage, and their group in the help. */
export const STORAGE_JOB = { dependsOn: ['print-job'], helpGroup: 'PRINT A JOB' } satisfies Common;

const LIKE_REGISTRY = "(default: that of the registry's Deployment, if it can be read)";

/**
 * Makes the flags of `--print-job`, without that itself.
 * @param defaults requests of the pod, and settings of the runs
 * @param secretHas what else the Secret can have, for the help
 */
export function storageJobFlags(defaults: RunDefaults & { requests: string }, secretHas = '') {
  return {
    image: Flags.string({
      ...STORAGE_JOB,
      helpValue: 'IMAGE',
      description: 'image that contains regadm, preferably with its digest; --print-job needs it',
    }),
    schedule: Flags.string({
      ...STORAGE_JOB,
      helpValue: 'CRON',
      description:
        'print a CronJob whose runs start then, in five fields (minute hour day month weekday) or as @weekly (default: print a Job)',
    }),
    'credentials-secret': Flags.string({
      ...STORAGE_JOB,
      helpValue: 'NAME',
      description: `Secret in ${REGISTRY_NAMESPACE} with the credentials of an object storage that --storage names, as variables (AWS_ACCESS_KEY_ID, …)${secretHas}`,
    }),
    ...runFlags(STORAGE_JOB, defaults),
    ...podFlags(STORAGE_JOB, { requests: defaults.requests, placement: LIKE_REGISTRY }),
  };
}

/** What the command line states besides the values of the flags. */
export interface CommandLine {
  /** In the form of `normalizeArgv`, settings included. */
  argv: readonly string[];
  /** Flags whose values come from the environment or the configuration file. */
  fromSettings: ReadonlySet<string>;
}

type FlagValues = Interfaces.InferredFlags<ReturnType<typeof storageJobFlags>> & {
  output: string;
  storage?: string;
  'storage-endpoint'?: string;
  'storage-region'?: string;
};

/** Cluster flags that select the cluster and the user of this command, not those of the Job. */
const HERE = Object.keys(clusterFlags).filter((name) => name !== 'request-timeout');

/** Flags that no Job has, or that it has with another value. */
const NOT_IN_JOB = [...HERE, ...['storage', 'storage-ca', 'output', 'json', 'no-color', 'quiet', 'no-quiet']];

/**
 * Returns the flags of this command that the Job has, too.
 * @param others further flags that it does not have, those of the Job itself included
 */
export function argumentsOfJob({ argv }: CommandLine, others: readonly string[]): string[] {
  const omitted = new Set([...NOT_IN_JOB, ...others]);
  return argv.filter((arg) => /^--./.test(arg) && !omitted.has(nameIn(arg)));
}

/** Returns the flag of an argument, without its value; a negated one without `no-`. */
function nameIn(arg: string): string {
  const name = arg.replace(/^--/, '').replace(/=.*$/s, '');
  return name === 'no-confirm' ? 'confirm' : name;
}

/** Creates the error for a flag that `--print-job` excludes. */
export function excluded(flag: string, remedy: string): Error {
  return usageError(`--${flag} cannot be specified with --print-job`, [remedy]);
}

/** What to do instead of flags that a Job cannot have. */
export const INSTEAD = {
  credentials: `create a Secret in ${REGISTRY_NAMESPACE} with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and pass --credentials-secret NAME`,
} as const;

const ONLY_OF_CRON_JOB = [
  'suspend',
  'starting-deadline',
  'successful-jobs-history-limit',
  'failed-jobs-history-limit',
] as const;

/**
 * Checks what the flags of every Job have in common.
 * @param refused flags that the Job cannot have, and what to do instead
 * @throws RegadmError (USAGE) that names the flag
 */
export function assertPrintable(
  flags: FlagValues,
  { argv, fromSettings }: CommandLine,
  refused: Readonly<Record<string, string>>,
): void {
  const values = flags as unknown as Record<string, unknown>;
  // A setting is for other runs, too: it is not passed on.
  for (const [flag, remedy] of Object.entries(refused))
    if (values[flag] !== undefined && !fromSettings.has(flag)) throw excluded(flag, remedy);
  const isFormGiven = argv.some((arg) => arg.startsWith('--output=')) && !fromSettings.has('output');
  if (isFormGiven && flags.output !== 'yaml' && flags.output !== 'json')
    throw excluded(`output=${flags.output}`, 'the List is printed as YAML, or as JSON with -o json');
  const withSchedule = ONLY_OF_CRON_JOB.find((flag) => flags[flag] !== undefined && !fromSettings.has(flag));
  if (withSchedule && flags.schedule === undefined)
    throw usageError(`--${withSchedule} needs --schedule: a Job runs once`);
  if (flags.image === undefined)
    throw usageError('--print-job needs --image', ['name an image that contains regadm, preferably by its digest']);
}

/** Checks that `--storage` is not a directory, which only this machine has. @throws RegadmError (USAGE) */
export function assertNoDirectory({ storage: url }: FlagValues): void {
  if (url === undefined || url === 'cluster' || url.includes('://')) return;
  throw usageError('--storage DIR cannot be specified with --print-job', [
    "omit --storage: the Job mounts the volume that the registry's settings name",
  ]);
}

/**
 * Returns the storage of a Job.
 * @param choice as `--storage` was converted
 * @throws RegadmError (USAGE) if the Job has no credentials for it
 */
export function storageOfJob(flags: FlagValues, choice: StorageChoice | undefined): 'cluster' | NamedStore {
  const { storage: url, 'storage-endpoint': endpoint, 'credentials-secret': secret } = flags;
  if (url === undefined || !isObjectStore(choice)) return 'cluster';
  if (secret !== undefined) return { kind: choice.kind, url, endpoint };
  throw usageError('--storage URL needs --credentials-secret with --print-job: the Job has no credentials', [
    "use the credentials of the registry: --storage cluster, if the URL is that of the registry's own storage",
    `or create a Secret in ${REGISTRY_NAMESPACE} that has the variables with the credentials as keys, and pass --credentials-secret NAME`,
  ]);
}

function isObjectStore(choice: StorageChoice | undefined): choice is ObjectStoreLocation {
  return typeof choice === 'object' && choice.kind !== 'cluster';
}

/** Returns the region that this machine would use for a bucket without `--storage-region`; the Job does not know it. */
export async function regionHere(flags: FlagValues, storage: 'cluster' | NamedStore): Promise<string | undefined> {
  if (storage === 'cluster' || storage.kind !== 's3' || flags['storage-region'] !== undefined) return undefined;
  return regionFlag(await findRegion(process.env));
}
