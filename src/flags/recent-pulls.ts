import { Flags, type Interfaces } from '@oclif/core';
import type { PruneOptions, PullOptions } from '../core/graph/options.js';
import { assertPullsCount, longestPulledWithin } from '../core/graph/pulls/coverage.js';
import { usageError } from '../core/model/errors.js';
import { durationFlag } from './duration.js';

const WHAT = { helpGroup: 'WHAT TO PRUNE' };

/** `--pulls`. */
export const pullsFileFlag = {
  pulls: Flags.string({
    ...WHAT,
    helpValue: 'FILE',
    description: 'file that states when images were pulled, which registry pulls writes',
  }),
};

/** Flags about images that were pulled recently. */
export const recentPullFlags = {
  ...pullsFileFlag,
  'keep-pulled-within': Flags.string({
    ...WHAT,
    helpValue: 'DURATION',
    description: 'keep images that were pulled within this time, such as 30d, with their tag items; needs --pulls',
  }),
  'require-complete-pulls': Flags.boolean({
    helpGroup: 'SAFETY',
    allowNo: true,
    description: 'refuse to run if the file of --pulls does not cover the whole time for which pulls keep images',
  }),
};

type RecentPullFlagValues = Interfaces.InferredFlags<typeof recentPullFlags>;

/**
 * Checks the flags and reads the file.
 * @throws RegadmError USAGE; PULLS_FILE if the file is invalid
 */
export async function pullOptionsOf(flags: RecentPullFlagValues): Promise<PullOptions | undefined> {
  const { pulls: file, 'keep-pulled-within': within } = flags;
  const keep =
    within === undefined
      ? {}
      : { keepPulledWithin: within, keepPulledWithinMs: durationFlag('keep-pulled-within', within) };
  if (file === undefined) {
    const name = within === undefined ? 'require-complete-pulls' : 'keep-pulled-within';
    if (within !== undefined || flags['require-complete-pulls'])
      throw usageError(`--${name} works only with --pulls`, [
        'record the pulls: regadm registry pulls --merge --out pulls.json',
      ]);
    return undefined;
  }
  const { readPullsFile } = await import('../core/rule-files/pulls-file.js');
  const history = await readPullsFile(file, '--pulls');
  return { file, history, ...keep, requireComplete: flags['require-complete-pulls'] ?? false };
}

/**
 * Checks `--pulls` without reading its file. A policy can state for how long pulls keep images.
 * @throws RegadmError USAGE
 */
export function checkPullsFlag({
  pulls,
  policy,
  'keep-pulled-within': within,
}: RecentPullFlagValues & { policy?: string }): void {
  const keepPulledWithinMs = within === undefined ? undefined : durationFlag('keep-pulled-within', within);
  if (pulls !== undefined && policy === undefined) assertPullsCount({ pulls: { keepPulledWithinMs } });
}

/** @throws RegadmError USAGE if the policy keeps what was pulled recently, and no file states what was pulled */
export function checkPullsGiven(options: PruneOptions): void {
  const { policy, pulls } = options;
  if (policy && !pulls && longestPulledWithin(options) !== undefined)
    throw usageError(`${policy.file} contains keepPulledWithin, which works only with --pulls`, [
      'record the pulls: regadm registry pulls --merge --out pulls.json',
    ]);
}
