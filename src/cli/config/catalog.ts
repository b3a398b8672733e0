/** The properties of a flag that settings depend on; oclif's flag definitions have them. */
export interface FlagSpec {
  type: 'boolean' | 'option';
  options?: readonly string[];
  multiple?: boolean;
  allowNo?: boolean;
  dependsOn?: readonly string[];
  exclusive?: readonly string[];
}

/** The flags of every command, by command name with colons (`prune:images`). */
export type Catalog = Record<string, Record<string, FlagSpec>>;

/** Flags that work only on the command line, and why. */
const NEVER: Record<string, string> = {
  ...reason('only the command line can make a run change something', [
    'confirm',
    'recover',
    'run-now',
    'set',
    'overwrite',
    'prune-images',
  ]),
  ...reason('only the command line can weaken a check', [
    'preflight',
    'force-insecure',
    'insecure-skip-tls-verify',
    'ignore-invalid-refs',
    'ignore-unreadable',
    'skip-resource',
    'read-only',
    'accept-other-cluster',
    'accept-partial-storage',
    'accept-data-loss',
    'discard-marks',
  ]),
  ...reason('the flag is for one run only', [
    'plan',
    'plan-out',
    'from',
    'dry-run',
    'cronjob',
    'print-job',
    'merge',
    'logs',
    'out',
    'store-result',
    'image',
    'pod',
    'json',
    'wait',
  ]),
  ...reason('a file belongs to one command and one cluster', ['metrics-file']),
};

/** Commands whose own flags cannot be settings, because they apply to one file or one run. */
const WITHOUT_SETTINGS = /^(?:edge:|sandbox$|completion$|config$)/;
/** Flags that are settings of every command. */
const EVERYWHERE = new Set(['loglevel', 'no-color', 'quiet']);

function reason(why: string, flags: string[]): Record<string, string> {
  return Object.fromEntries(flags.map((flag) => [flag, why]));
}

/** Returns why a flag cannot be set in the environment or a file; undefined if it can. */
export function whyNever(flag: string): string | undefined {
  return Object.hasOwn(NEVER, flag) ? NEVER[flag] : undefined;
}

/** Returns true if the environment or the configuration file can set a flag of a command. */
export function isSettable(command: string, flag: string): boolean {
  return EVERYWHERE.has(flag) || (whyNever(flag) === undefined && !WITHOUT_SETTINGS.test(command));
}

/** Returns every setting by name, with the commands that use it. */
export function settings(catalog: Catalog): Map<string, { commands: string[]; specs: FlagSpec[] }> {
  const found = new Map<string, { commands: string[]; specs: FlagSpec[] }>();
  for (const [command, flags] of Object.entries(catalog)) {
    for (const [flag, spec] of Object.entries(flags)) {
      if (!isSettable(command, flag)) continue;
      const entry = found.get(flag) ?? { commands: [], specs: [] };
      entry.commands.push(command);
      entry.specs.push(spec);
      found.set(flag, entry);
    }
  }
  return new Map([...found].sort(([a], [b]) => a.localeCompare(b)));
}

/** Returns the environment variable of a flag: `REGADM_KEEP_TAG_REVISIONS` of `keep-tag-revisions`. */
export function environmentName(flag: string): string {
  return `REGADM_${flag.toUpperCase().replaceAll('-', '_')}`;
}
