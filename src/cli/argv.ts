import type { Command } from '@oclif/core';
import { didYouMean, suggest } from '../core/kit/suggest.js';
import { usageError } from '../core/model/errors.js';

export type FlagTable = Record<string, Command.Flag.Any>;

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** Parses a boolean in the forms that Go's ParseBool accepts; undefined for any other text. */
function parseBoolean(text: string): boolean | undefined {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

/**
 * Rewrites the forms that users of `oc` write to the ones that oclif reads: `--confirm=true`, `--all=false`, `-n=ns`,
 * `-v=4`, `--keep_younger_than=1h`. The last occurrence of a repeated flag wins, as in `oc`, unless the flag takes
 * several values.
 * @param usage suggestion for unknown flags: how to show the command's help
 * @throws RegadmError (USAGE) that names the flag if it is unknown, its value is missing, or a boolean has another
 *   value
 */
export function normalizeArgv(argv: readonly string[], flags: FlagTable, usage: string): string[] {
  const words: { flag?: Command.Flag.Any; tokens: string[] }[] = [];
  const result = (): string[] => words.filter(isLast).flatMap(({ tokens }) => tokens);
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at]!;
    if (arg === '--') return [...result(), ...argv.slice(at)];
    const found = arg.length > 1 && arg.startsWith('-') && !/^-\d/.test(arg) ? readFlag(arg, flags, usage) : undefined;
    if (!found) {
      words.push({ tokens: [arg] });
      continue;
    }
    // The value can be the next word, as in kubectl, but never a long flag.
    if (found.flag.type === 'option' && found.value === undefined && !argv[at + 1]?.startsWith('--'))
      found.value = argv[++at];
    words.push({ flag: found.flag, tokens: flagTokens(found, flags) });
  }
  return result();
}

function isLast(
  { flag }: { flag?: Command.Flag.Any },
  at: number,
  words: readonly { flag?: Command.Flag.Any }[],
): boolean {
  return (
    !flag ||
    (flag.type === 'option' && flag.multiple === true) ||
    !words.slice(at + 1).some((later) => later.flag === flag)
  );
}

interface Found {
  /** Without dashes, with `no-` if it is negated. */
  name: string;
  flag: Command.Flag.Any;
  value?: string;
}

function readFlag(arg: string, flags: FlagTable, usage: string): Found {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
  if (!long) return readShort(arg, flags, usage);
  const name = long[1]!.replaceAll('_', '-');
  const flag = flags[name] ?? negated(name, flags);
  if (!flag) throw unknownFlag(`--${name}`, flags, usage);
  return { name, flag, value: long[2] };
}

function readShort(arg: string, flags: FlagTable, usage: string): Found {
  const entry = Object.entries(flags).find(([, { char }]) => char === arg[1]);
  if (!entry) throw unknownFlag(arg.replace(/=.*$/s, ''), flags, usage);
  const value = arg.slice(2);
  return { name: entry[0], flag: entry[1], value: value === '' ? undefined : value.replace(/^=/, '') };
}

function negated(name: string, flags: FlagTable): Command.Flag.Any | undefined {
  const flag = name.startsWith('no-') ? flags[name.slice(3)] : undefined;
  return flag?.type === 'boolean' && flag.allowNo ? flag : undefined;
}

function unknownFlag(typed: string, flags: FlagTable, usage: string): Error {
  const names = Object.entries(flags).flatMap(([name, flag]) =>
    flag.hidden ? [] : flag.type === 'boolean' && flag.allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  return usageError(`unknown flag: ${typed}`, [...didYouMean(suggest(typed, [...names, '--help'])), usage]);
}

function flagTokens({ name, flag, value: text }: Found, flags: FlagTable): string[] {
  const value = name === 'dry-run' && text !== undefined ? dryRunValue(text, flags) : text;
  if (flag.type === 'option') {
    if (value === undefined)
      throw usageError(`flag needs an argument: --${name}${flag.options ? ` (${flag.options.join(', ')})` : ''}`);
    if (value === '')
      throw usageError(`invalid argument "" for "--${name}" flag: must not be empty`, [
        'remove the flag, or pass a value',
      ]);
    return [`--${name}=${value}`];
  }
  if (value === undefined) return [`--${name}`];
  if (name !== flag.name && name.startsWith('no-'))
    throw usageError(`invalid argument "${value}" for "--${name}" flag: takes no value`);
  const on = parseBoolean(value);
  if (on === undefined) {
    const allowed = name === 'dry-run' ? 'client, server, true or false' : 'true or false';
    throw usageError(`invalid argument "${value}" for "--${name}" flag: must be ${allowed}`);
  }
  if (on) return [`--${name}`];
  // For a flag without a negated form, false means that it is not given.
  return flag.allowNo ? [`--no-${name}`] : [];
}

/** Converts the values that kubectl has for `--dry-run`. @throws RegadmError (USAGE) if the value asks for changes */
function dryRunValue(value: string, flags: FlagTable): string {
  if (value === 'client' || value === 'server') return 'true';
  if (value !== 'none' && (parseBoolean(value) !== false || !flags.confirm)) return value;
  const remedy = flags.confirm ? 'remove the flag, and pass --confirm to make the changes' : 'remove the flag';
  throw usageError(`invalid argument "${value}" for "--dry-run" flag: the flag cannot ask for changes`, [remedy]);
}

/**
 * Returns the flags of a normalized command line, negated ones without `no-`, and those that are not negated (`on`).
 */
export function givenFlags(argv: readonly string[], flags: FlagTable): { given: Set<string>; on: Set<string> } {
  const end = argv.indexOf('--');
  const given = new Set<string>();
  const on = new Set<string>();
  for (const arg of end === -1 ? argv : argv.slice(0, end)) {
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined) continue;
    const positive = flags[name] ? name : name.replace(/^no-/, '');
    given.add(positive);
    if (flags[name]) on.add(positive);
  }
  return { given, on };
}

/** Returns the output format that a command line requests, even if the rest cannot be parsed. */
export function requestedFormat(argv: readonly string[]): string | undefined {
  for (const [index, arg] of argv.entries()) {
    if (arg === '--json' || arg === '--json=true') return 'json';
    const joined = /^(?:--output=|-o=?)(.+)$/.exec(arg);
    if (joined) return joined[1];
    if (arg === '-o' || arg === '--output') return argv[index + 1];
  }
  return undefined;
}
