import { usageError } from '../core/model/errors.js';
import type { HardPruneFlagValues } from './hard-prune.js';
import { ONLINE_ONLY } from './online-prune.js';

const NAME_STORAGE =
  "name the registry's storage: cluster, the directory of its volume, or the URL of an object storage";

/**
 * Refuses flags that contradict `--online`, or that only an online hard prune has.
 * @param isGiven tells whether the command line has a flag
 * @throws RegadmError USAGE that names the flags
 */
export function checkOnlineTogether(
  flags: HardPruneFlagValues,
  isGiven: (name: keyof HardPruneFlagValues) => boolean,
): void {
  if (!flags.online) {
    const wrong = ONLINE_ONLY.find((name) => isGiven(name) || flags[name] === false);
    if (wrong) throw usageError(`--${named(wrong, flags)} works only with --online`);
    return;
  }
  if (flags.pod !== undefined)
    throw usageError('--pod cannot be specified with --online: regadm prunes the storage itself', [NAME_STORAGE]);
  if (flags.storage === undefined && !flags['print-job'])
    throw usageError("--online needs --storage: the registry's own pruner deletes at once", [NAME_STORAGE]);
  if (flags.rules === 'registry')
    throw usageError(
      "--rules=registry cannot be specified with --online: the rules of the registry's own pruner do not expect pushes",
      ['omit --rules, or omit --online to prune in read-only mode'],
    );
  if (flags['read-only'] === 'required')
    throw usageError(
      '--read-only=required cannot be specified with --online: an online hard prune needs no read-only mode',
      ['omit --read-only, or omit --online to prune in read-only mode'],
    );
  if (flags['read-only'] === 'skip') checkSkipped(flags);
}

/** Refuses what `--read-only=skip` would not do. Redis is emptied only after the end of pods, which it does not see. */
function checkSkipped(flags: HardPruneFlagValues): void {
  if (flags.restart)
    throw usageError('--restart cannot be specified with --read-only=skip, which changes only the storage', [
      'restart the registry after each run: regadm registry restart',
    ]);
  if (flags['redis-url'] !== undefined)
    throw usageError('--redis-url cannot be specified with --online --read-only=skip, which changes only the storage', [
      'restart the registry and empty Redis after each run: regadm registry restart --redis-url URL',
    ]);
}

/** Returns the flag as it was written. */
function named(flag: (typeof ONLINE_ONLY)[number], flags: HardPruneFlagValues): string {
  return flags[flag] === false ? `no-${flag}` : flag;
}
