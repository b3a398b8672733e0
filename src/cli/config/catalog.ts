/** What of a command's flag counts here; oclif's own definitions fit. */
export interface FlagSpec {
  type: 'boolean' | 'option';
  options?: readonly string[];
  multiple?: boolean;
  allowNo?: boolean;
  dependsOn?: readonly string[];
  exclusive?: readonly string[];
}

/** The flags of every command, by its name with colons (`prune:images`). */
export type Catalog = Record<string, Record<string, FlagSpec>>;

/** Only on the command line: what makes a run change something, what weakens a check, and what is meant for one run. */
const NEVER: Record<string, string> = {
  ...reason('only the command line may make a run change something', [
    'confirm',
    'recover',
    'run-now',
    'set',
    'overwrite',
    'prune-images',
  ]),
  ...reason('only the command line may weaken a check', [
    'preflight',
    'force-insecure',
    'insecure-skip-tls-verify',
    'ignore-invalid-refs',
    'read-only',
  ]),
  ...reason('it is meant for one run', [
    'plan',
    'plan-out',
    'from',
    'dry-run',
    'cronjob',
    'image',
    'pod',
    'json',
    'wait',
  ]),
};

/** Commands that take files or an occasion of their own: of their flags only those that every command has. */
const OWN_WORLD = /^(?:edge:|sandbox$|completion$|config$)/;
const EVERYWHERE = new Set(['loglevel', 'no-color']);

function reason(why: string, flags: string[]): Record<string, string> {
  return Object.fromEntries(flags.map((flag) => [flag, why]));
}

/** Why a flag cannot come from the environment or a file; undefined when it can. */
export function whyNever(flag: string): string | undefined {
  return Object.hasOwn(NEVER, flag) ? NEVER[flag] : undefined;
}

/** Whether a flag of a command may come from the environment or the configuration file. */
export function isSettable(command: string, flag: string): boolean {
  return EVERYWHERE.has(flag) || (whyNever(flag) === undefined && !OWN_WORLD.test(command));
}

/** Every setting there is, with the commands that take it. */
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

/** `keep-tag-revisions` → `REGADM_KEEP_TAG_REVISIONS`. */
export function environmentName(flag: string): string {
  return `REGADM_${flag.toUpperCase().replaceAll('-', '_')}`;
}
