import { Flags, type Interfaces } from '@oclif/core';
import { usageError } from '../core/model/errors.js';
import type { RetentionPolicy } from '../core/model/retention-policy.js';
import type { StatusRequest } from '../core/status/request.js';
import { shellWord } from '../core/kit/shell-word.js';
import type { StorageRequest } from '../core/status/stored.js';
import { durationFlag } from './duration.js';
import { pullsFileFlag } from './recent-pulls.js';
import { OBJECT_STORE_FLAGS, storageFlag, storageFlags, storageNameFlag } from './storage.js';

/** Maximum values of a flag, because a table or a plot cannot show more. */
const MAX_VALUES = 20;

/** The flags that select the settings `registry status` tries, and the storage that it measures. */
export const statusFlags = {
  report: Flags.string({
    helpValue: 'FILE.html',
    description: 'also write a self-contained web page with plots (.html or .htm)',
  }),
  revisions: Flags.string({
    helpValue: 'N,…',
    default: '0,1,2,3,5,10',
    description: 'values of --keep-tag-revisions to try',
  }),
  ages: Flags.string({
    helpValue: 'DURATION,…',
    default: '0,60m,24h,96h,168h,720h',
    description: 'values of --keep-younger-than to try',
  }),
  policy: Flags.string({
    helpValue: 'FILE',
    description: 'also show what prune images would free with this retention policy',
  }),
  pulls: {
    ...pullsFileFlag.pulls,
    helpGroup: undefined,
    description: 'also show when images were pulled, from this file of registry pulls',
  },
  ...storageFlags,
  storage: storageNameFlag("also measure the registry's storage itself"),
};

type StatusFlagValues = Interfaces.InferredFlags<typeof statusFlags>;

/**
 * Converts the flags to values in ascending order, without duplicates.
 * @throws RegadmError USAGE that names the flag; POLICY_FILE if the file of --policy is invalid
 */
export async function statusRequest(flags: StatusFlagValues): Promise<StatusRequest> {
  const revisions = flags.revisions.split(',').map(toCount);
  const ages = flags.ages.split(',').map((text) => ({ text: text.trim(), ms: durationFlag('ages', text.trim()) }));
  if (Math.max(revisions.length, ages.length) > MAX_VALUES)
    throw usageError(`--revisions and --ages accept at most ${MAX_VALUES} values each`);
  return {
    revisions: [...new Set(revisions)].sort((a, b) => a - b),
    ages: ages.filter(({ ms }, at) => ages.findIndex((other) => other.ms === ms) === at).sort((a, b) => a.ms - b.ms),
    policy: flags.policy === undefined ? undefined : await policyFlag(flags.policy),
    pulls: await pullsRequest(flags.pulls),
    storage: await storageRequest(flags),
  };
}

/**
 * Checks the file of `--report` before the run. Devices and files that the shell has opened have any name.
 * @throws RegadmError USAGE, REPORT_FILE
 */
export async function reportFlag(file: string): Promise<void> {
  if (!/\.html?$/i.test(file) && !/^\/(?:dev|proc\/self\/fd)\//.test(file))
    throw usageError(
      `--report ${file}: the report is a web page, so the name of its file must end with .html or .htm`,
      [`write it to ${file.replace(/\.\w+$/, '')}.html; a browser can print it to PDF`],
    );
  const { checkStatusPage } = await import('../core/status/output/write-page.js');
  await checkStatusPage(file);
}

async function policyFlag(file: string): Promise<RetentionPolicy> {
  const { readPolicy } = await import('../core/rule-files/policy.js');
  return readPolicy(file);
}

async function pullsRequest(file: string | undefined): Promise<StatusRequest['pulls']> {
  if (file === undefined) return undefined;
  const { readPullsFile } = await import('../core/rule-files/pulls-file.js');
  return { file, history: await readPullsFile(file, '--pulls') };
}

async function storageRequest(flags: StatusFlagValues): Promise<StorageRequest | undefined> {
  const { storage } = flags;
  const given = OBJECT_STORE_FLAGS.filter((name) => flags[name] !== undefined);
  if (storage === undefined) {
    if (given[0] === undefined) return undefined;
    throw usageError(`--${given[0]} works only with --storage`);
  }
  const names = ['storage', ...given] as const;
  return {
    choice: await storageFlag(storage, flags),
    text: storage,
    flags: names.map((name) => `--${name} ${shellWord(flags[name]!)}`).join(' '),
  };
}

function toCount(text: string): number {
  if (/^\d{1,6}$/.test(text.trim())) return Number(text);
  throw usageError(`invalid argument "${text}" for "--revisions" flag: must be a whole number`, [
    'write them as 0,1,3,5',
  ]);
}
