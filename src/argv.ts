import type { Command } from '@oclif/core';
import { usageError } from './core/model/errors.js';

type FlagTable = Record<string, Command.Flag.Any>;

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/**
 * Rewrites the forms that users of `oc` write into the ones that oclif reads: `--confirm=true`, `--all=false`, `-n=ns`, `-v=4`, `--keep_younger_than=1h`.
 * @throws RegadmError (USAGE) that names the flag when a boolean's value is none
 */
export function normalizeArgv(argv: readonly string[], flags: FlagTable): string[] {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const rest = end === -1 ? [] : argv.slice(end);
  return [...own.flatMap((arg) => normalizeArg(arg, flags)), ...rest];
}

function normalizeArg(arg: string, flags: FlagTable): string[] {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
  if (long) return normalizeLong(long[1]!.replaceAll('_', '-'), long[2], flags);
  const short = /^-([a-zA-Z])=(.*)$/s.exec(arg);
  const entry = short && Object.entries(flags).find(([, flag]) => flag.char === short[1]);
  return entry ? normalizeLong(entry[0], short![2], flags) : [arg];
}

function normalizeLong(name: string, value: string | undefined, flags: FlagTable): string[] {
  const flag = flags[name];
  if (value === undefined) return [`--${name}`];
  if (flag?.type !== 'boolean') return [`--${name}=${value}`];
  const on = TRUE.has(value);
  if (!on && !FALSE.has(value))
    throw usageError(`invalid argument "${value}" for "--${name}" flag: it takes true or false`);
  if (on) return [`--${name}`];
  // oclif has no form for "false" where a flag cannot be negated: leaving it out says the same.
  return flag.allowNo ? [`--no-${name}`] : [];
}

/** The output format that a command line asks for, even when the rest of it cannot be parsed. */
export function requestedFormat(argv: readonly string[]): string | undefined {
  for (const [index, arg] of argv.entries()) {
    if (arg === '--json' || arg === '--json=true') return 'json';
    const joined = /^(?:--output=|-o=?)(.+)$/.exec(arg);
    if (joined) return joined[1];
    if (arg === '-o' || arg === '--output') return argv[index + 1];
  }
  return undefined;
}
