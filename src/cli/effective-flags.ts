import { givenFlags, type FlagTable } from './argv.js';
import { shown } from './config/secret.js';
import { applicable, type Setting } from './config/resolve.js';

type FlagValue = string | number | boolean | string[];

/** Flags that say how to connect, to log in or to print. They decide nothing about the work. */
const GROUPS_OF_THE_RUN = new Set(['CLUSTER', 'OUTPUT']);
const FLAGS_OF_THE_RUN = new Set([
  'hub-kubeconfig',
  'hub-context',
  'storage-credentials',
  'credentials-secret',
  'detailed-exitcode',
]);
/** Groups of flags that have an effect only together with one flag. */
const GROUP_WITH: [group: RegExp, flag: string][] = [
  [/^CRONJOB/, 'cronjob'],
  [/^PRINT A JOB/, 'print-job'],
];

/**
 * Returns the flags that decide what a command does, with their values: those of the command line, of the environment
 * and of the configuration file, and defaults, unless another flag replaces them. Without secrets, and without flags of
 * the cluster, of credentials and of the output.
 * @param flags as they were parsed
 * @param argv the normalized command line, settings included
 */
export function effectiveFlags(
  flags: Record<string, unknown>,
  table: FlagTable,
  argv: readonly string[],
): Map<string, FlagValue> {
  const { given, on } = givenFlags(argv, table);
  const defaults = new Set(applicable(defaultsOf(flags, table), table, given, on).map(({ flag }) => flag));
  const found = new Map<string, FlagValue>();
  for (const [name, flag] of Object.entries(table)) {
    if (!decides(name, flag, on) || !(given.has(name) || defaults.has(name))) continue;
    const value = flags[name] ?? defaultIn(flag);
    if (isValue(value)) found.set(name, withoutSecrets(name, value));
  }
  return found;
}

/** Formats effective flags as one line, with the origin of those that the command line does not state. */
export function settingsLine(effective: ReadonlyMap<string, FlagValue>, settings: readonly Setting[]): string {
  const origins = new Map(settings.map(({ flag, from }) => [flag, from]));
  const texts = [...effective].map(([name, value]) => {
    const origin = origins.get(name);
    return `${name}=${valueText(value)}${origin === undefined ? '' : ` (${origin})`}`;
  });
  return `settings: ${texts.join(', ') || 'none'}`;
}

/** Returns effective flags as documents have them: `keepTagRevisions` for `keep-tag-revisions`. */
export function toOptions(effective: ReadonlyMap<string, FlagValue>): Record<string, FlagValue> {
  const key = (name: string): string => name.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries([...effective].map(([name, value]) => [key(name), value]));
}

function decides(name: string, { helpGroup = '' }: FlagTable[string], on: ReadonlySet<string>): boolean {
  if (GROUPS_OF_THE_RUN.has(helpGroup) || FLAGS_OF_THE_RUN.has(name)) return false;
  return GROUP_WITH.every(([group, flag]) => !group.test(helpGroup) || on.has(flag));
}

/** Returns the defaults as settings, so that the same flags replace them. A boolean that is off has none. */
function defaultsOf(flags: Record<string, unknown>, table: FlagTable): Setting[] {
  return Object.entries(table).flatMap(([flag, spec]) => {
    const value = flags[flag] ?? defaultIn(spec);
    return value === undefined || value === false ? [] : [{ flag, values: [String(value)], from: 'default' }];
  });
}

/** Returns the default that the help of a flag states, if it is a value: other flags can replace it. */
function defaultIn({ description = '', type }: FlagTable[string]): FlagValue | undefined {
  const text = /[[(]default: ([^\s\])]+)[\])]/.exec(description)?.[1];
  if (text === undefined || text === 'none') return undefined;
  if (type === 'boolean') return text === 'true';
  return /^\d+$/.test(text) ? Number(text) : text;
}

function isValue(value: unknown): value is FlagValue {
  return ['string', 'number', 'boolean'].includes(typeof value) || (Array.isArray(value) && value.length > 0);
}

function withoutSecrets(name: string, value: FlagValue): FlagValue {
  if (Array.isArray(value)) return value.map((each) => shown(name, String(each)));
  return typeof value === 'string' ? shown(name, value) : value;
}

function valueText(value: FlagValue): string {
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return /\s/.test(text) ? JSON.stringify(text) : text;
}
