import { usageError } from '../core/model/errors.js';
import type { HardPruneFlagValues } from './hard-prune.js';
import { ONLINE_ONLY } from './online-prune.js';
import { checkOnlineTogether } from './online-together.js';
import { registryFlags } from './registry.js';
import { OBJECT_STORE_FLAGS } from './storage.js';

type FlagName = keyof HardPruneFlagValues;

const REGISTRY_FLAGS = Object.keys(registryFlags) as (keyof typeof registryFlags)[];

/** Flags about a deletion: `--recover` deletes nothing. */
const NOT_WITH_RECOVER = [
  'pod',
  'storage',
  ...OBJECT_STORE_FLAGS,
  'accept-partial-storage',
  'max-delete',
  'keep-blobs-younger-than',
  'dangling-links',
  'uploads-older-than',
  'online',
  ...ONLINE_ONLY,
  'trash',
  'verify',
  ...REGISTRY_FLAGS,
  'prune-images',
  'detailed-exitcode',
] as const satisfies FlagName[];

/**
 * Refuses flags that would have no effect beside others.
 * @param fromSettings flags whose values come from the environment or the configuration file: they can be meant for
 *   other runs
 * @throws RegadmError USAGE that names the flags
 */
export function checkHardPruneTogether(flags: HardPruneFlagValues, fromSettings: ReadonlySet<string>): void {
  const isGiven = (name: FlagName): boolean =>
    flags[name] !== undefined && flags[name] !== false && !fromSettings.has(name);
  if (flags.recover) return checkRecover(flags, isGiven, fromSettings);
  checkOnlineTogether(flags, isGiven);
  if (isGiven('detailed-exitcode') && flags.confirm)
    throw usageError('--detailed-exitcode cannot be specified with --confirm: it applies only to a dry run');
  const ofRegistry = REGISTRY_FLAGS.find(isGiven);
  if (ofRegistry !== undefined && (!flags.verify || flags.storage !== undefined))
    throw usageError(
      `--${ofRegistry} works only with --verify and without --storage: otherwise, a hard prune sends the registry no requests`,
      flags['prune-images'] ? ['set it for prune images in the configuration file: docs/configuration.md'] : [],
    );
  if (flags['read-only'] === 'skip' && flags.storage === undefined && !flags.confirm)
    throw usageError(
      "--read-only=skip works only with --storage: in the registry's pod, nothing would keep a push from losing its blobs",
      ['use --read-only=auto, which is the default; a dry run does not change the mode'],
    );
}

function checkRecover(
  flags: HardPruneFlagValues,
  isGiven: (name: FlagName) => boolean,
  fromSettings: ReadonlySet<string>,
): void {
  const isChosen = (name: 'rules' | 'read-only', standard: string): boolean =>
    flags[name] !== standard && !fromSettings.has(name);
  const other =
    NOT_WITH_RECOVER.find(isGiven) ??
    (isChosen('rules', 'safe') ? 'rules' : undefined) ??
    (isChosen('read-only', 'auto') ? 'read-only' : undefined);
  if (other !== undefined)
    throw usageError(`--${other} cannot be specified with --recover: it only restores the registry`);
}
