import { optionOf } from '../output/option-values.js';
import { isSettable, type FlagSpec } from './catalog.js';
import type { EnvironmentValue } from './environment.js';
import type { ConfigFile } from './file.js';

/** A value from the environment or the configuration file. */
export interface Setting {
  flag: string;
  values: string[];
  /** `environment variable REGADM_…`, or file and line. */
  from: string;
}

export interface Sources {
  environment: Map<string, EnvironmentValue>;
  file?: ConfigFile;
}

/** Settings that are ignored if one of these flags is on the command line, because they would contradict it. */
const OVERRIDDEN_BY: Record<string, string[]> = {
  'keep-tag-revisions': ['prune-over-size-limit', 'policy', 'plan'],
  'keep-younger-than': ['prune-over-size-limit', 'policy', 'plan'],
  'prune-over-size-limit': ['keep-tag-revisions', 'keep-younger-than', 'policy', 'plan'],
  policy: ['plan'],
  namespace: ['plan'],
  'prune-signatures': ['plan'],
  'registry-url': ['from'],
  'certificate-authority': ['from', 'force-insecure'],
  referrers: ['from'],
  'audit-log': ['from'],
  'detailed-exitcode': ['confirm'],
  output: ['json'],
  quiet: ['loglevel'],
  loglevel: ['quiet'],
  storage: ['merge'],
  online: ['pod', 'recover', 'trash'],
  trash: ['pod', 'recover', 'online'],
};

/** Settings that have an effect only together with one of these flags. */
const ONLY_WITH: Record<string, string[]> = {
  'audit-log': ['confirm'],
  // A printed Job always prunes the storage itself.
  'keep-blobs-younger-than': ['storage', 'print-job'],
  'dangling-links': ['storage', 'print-job'],
  'uploads-older-than': ['storage', 'print-job'],
  online: ['storage', 'print-job'],
  trash: ['storage', 'print-job'],
  grace: ['online'],
  'trash-keep': ['online'],
  'recheck-after': ['online'],
  restart: ['online'],
  'storage-endpoint': ['storage'],
  'storage-region': ['storage'],
  'storage-ca': ['storage'],
  'storage-credentials': ['storage'],
  'storage-concurrency': ['storage'],
  'redis-ca': ['redis-url'],
  verify: ['confirm'],
  // Of edge verify.
  parallel: ['all', 'selector'],
  // Of prune images; the other commands with --storage have no --backup.
  storage: ['backup'],
};

/** Flags that only the section of a command sets, because elsewhere they are about another command. */
const ONLY_IN_SECTION: Record<string, string[]> = {
  // It turns a printed Job into a CronJob.
  'prune:hard': ['schedule'],
  'registry:verify': ['schedule'],
};

/**
 * Returns the settings of a command: the environment overrides the file, and in the file its own section overrides the
 * rest. Some flags are only in its own section.
 */
export function settingsOf(
  command: string,
  flags: Record<string, FlagSpec>,
  { environment, file }: Sources,
): Setting[] {
  const section = file?.commands.get(command);
  return Object.keys(flags).flatMap((flag): Setting[] => {
    if (!isSettable(command, flag)) return [];
    const fits = (values: string[]): boolean => values.every((value) => takes(flag, flags[flag]!, value));
    const isOwn = ONLY_IN_SECTION[command]?.includes(flag) ?? false;
    const variable = isOwn ? undefined : environment.get(flag);
    if (variable && fits(variable.values))
      return [{ flag, values: variable.values, from: `environment variable ${variable.variable}` }];
    const entry = section?.get(flag) ?? (isOwn ? undefined : file?.all.get(flag));
    return entry && fits(entry.values) ? [{ flag, values: entry.values, from: `${entry.path}:${entry.line}` }] : [];
  });
}

/** False for a choice that only other commands have, such as `output: wide`. */
function takes(flag: string, { options }: FlagSpec, value: string): boolean {
  return !options || optionOf(flag, value, options) !== undefined;
}

/**
 * Returns the settings that apply together with the flags of the command line.
 * @param given flags of the command line, including negated ones
 * @param on flags of the command line that are not negated
 */
export function applicable(
  settings: Setting[],
  flags: Record<string, FlagSpec>,
  given: ReadonlySet<string>,
  on: ReadonlySet<string>,
): Setting[] {
  const free = settings.filter(({ flag }) => {
    if (given.has(flag)) return false;
    const { exclusive = [], dependsOn = [] } = flags[flag]!;
    return (
      ![...(OVERRIDDEN_BY[flag] ?? []), ...exclusive].some((other) => on.has(other)) &&
      dependsOn.every((other) => on.has(other))
    );
  });
  const all = new Set([...on, ...free.map(({ flag }) => flag)]);
  return free.filter(({ flag }) => {
    const needed = (ONLY_WITH[flag] ?? []).filter((name) => name in flags);
    return needed.length === 0 || needed.some((name) => all.has(name));
  });
}

/** Converts a setting to the flags that have the same meaning. */
export function tokensOf({ flag, values }: Setting, { type, allowNo }: FlagSpec): string[] {
  if (type === 'option') return values.map((value) => `--${flag}=${value}`);
  if (values[0] === 'true') return [`--${flag}`];
  return allowNo ? [`--no-${flag}`] : [];
}
