import type { Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import { isObjectName } from '../core/model/names/object-name.js';
import { quote } from '../core/model/names/quote.js';
import type { StorageChoice } from '../core/storage/location.js';
import { MAX_SHARDS } from '../core/verification/stored-result.js';
import { VERIFY_JOB, VERIFY_JOB_DEFAULTS as DEFAULT, type VerifyJobRequest } from '../core/verify-job/request.js';
import { authoritiesFlag } from './authorities.js';
import { durationFlag } from './duration.js';
import { secretFlag } from './pod-settings.js';
import { podSettings, runSettings, scheduleFlag } from './printed-job.js';
import { imageFlag } from './schedule.js';
import { storageFlag, type storageFlags } from './storage.js';
import {
  argumentsOfJob,
  assertNoDirectory,
  assertPrintable,
  INSTEAD,
  regionHere,
  storageOfJob,
  type CommandLine,
} from './storage-job.js';
import { verifyJobFlags } from './verify-job.js';

type VerifyJobFlagValues = Interfaces.InferredFlags<typeof verifyJobFlags & typeof storageFlags> & { output: string };

/**
 * Converts the flags of `--print-job`.
 * @param only the arguments: what is verified
 * @throws RegadmError (USAGE) that names the flag
 */
export async function toVerifyJobRequest(
  flags: VerifyJobFlagValues,
  only: readonly string[],
  line: CommandLine,
): Promise<VerifyJobRequest> {
  assertPrintable(flags, line, REFUSED);
  assertNoDirectory(flags);
  const { schedule, 'credentials-secret': secret } = flags;
  const storage = storageOfJob(flags, await choiceOf(flags));
  const region = await regionHere(flags, storage);
  const { activeDeadlineSeconds, ...runs } = runSettings(flags, DEFAULT);
  const deadline = schedule === undefined ? undefined : durationFlag('active-deadline', DEFAULT.activeDeadline) / 1000;
  return {
    job: VERIFY_JOB,
    image: imageFlag(flags.image!),
    storage,
    args: [...only, ...argumentsOfJob(line, NOT_IN_JOB), ...(region ? [`--storage-region=${region}`] : [])],
    region,
    parallelism: parallelismFlag(flags.parallelism),
    namespaces: only.map((each) => each.split('/', 1)[0]!).filter(isObjectName),
    authorities: await authorities(flags),
    credentialsSecret: secret === undefined ? undefined : secretFlag(secret),
    secretKeys: [],
    ...(schedule === undefined ? {} : { runs: { schedule: scheduleFlag(schedule), ...runs } }),
    activeDeadlineSeconds: activeDeadlineSeconds ?? deadline,
    pod: podSettings(flags, DEFAULT.requests),
  };
}

/** Flags that the Job cannot have, and what to do instead. */
const REFUSED = {
  'storage-credentials': INSTEAD.credentials,
  'read-data': 'omit it: the pods read all data',
  'read-data-subset': 'omit it: each pod reads the shard of its number',
  'repair-links': 'omit --print-job, and run the command here: the Job changes nothing',
  'recover-images': 'omit --print-job, and run the command here: the Job changes nothing',
  confirm: 'omit it: the Job changes nothing',
};

const NOT_IN_JOB = [...Object.keys(verifyJobFlags), ...Object.keys(REFUSED)];

function choiceOf(flags: VerifyJobFlagValues): Promise<StorageChoice> {
  return storageFlag(flags.storage ?? 'cluster', flags);
}

async function authorities({ 'storage-ca': file }: VerifyJobFlagValues): Promise<VerifyJobRequest['authorities']> {
  return file === undefined
    ? {}
    : { 'storage-ca': await authoritiesFlag('storage-ca', file, "the storage's certificate") };
}

function parallelismFlag(text: string | undefined): number {
  if (text === undefined) return DEFAULT.parallelism;
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAX_SHARDS) return number;
  throw usageError(`--parallelism must be a number from 1 to ${MAX_SHARDS}, not "${text}"`);
}

/** What `--merge` merges. */
type MergeSource = { files: string[] } | { job: string };

/** Converts the documents of `--merge`. @throws RegadmError (USAGE) */
export function toMergeSource(documents: readonly string[]): MergeSource {
  const jobs = documents.filter((document) => document.startsWith(JOB_PREFIX));
  if (jobs.length === 0) return { files: [...documents] };
  const job = jobs[0]!.slice(JOB_PREFIX.length);
  if (documents.length > 1)
    throw usageError(`--merge ${jobs[0]} cannot be combined with other documents`, [
      'pass one job/NAME, or files; a file in the directory job is ./job/FILE',
    ]);
  if (isObjectName(job)) return { job };
  throw usageError(`--merge: ${quote(job)} is not the name of a Job`, ['write it as job/NAME']);
}

const JOB_PREFIX = 'job/';
