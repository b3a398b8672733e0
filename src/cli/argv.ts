import type { Command } from '@oclif/core';
import { didYouMean, suggest } from '../core/kit/suggest.js';
import { usageError } from '../core/model/errors.js';

export type FlagTable = Record<string, Command.Flag.Any>;

const TRUE = new Set(['1', 't', 'T', 'true', 'TRUE', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

/** The boolean that a text means, in the forms that Go's ParseBool takes; undefined when it is none. */
export function parseBoolean(text: string): boolean | undefined {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

/**
 * Rewrites the forms that users of `oc` write into the ones that oclif reads: `--confirm=true`, `--all=false`, `-n=ns`, `-v=4`, `--keep_younger_than=1h`.
 * Of a flag that comes several times the last counts, as for `oc`, unless it takes several values.
 * @throws RegadmError (USAGE) that names the flag when it does not exist, lacks its value, or is a boolean with another value
 */
export function normalizeArgv(argv: readonly string[], flags: FlagTable): string[] {
  const words: { flag?: Command.Flag.Any; tokens: string[] }[] = [];
  const result = (): string[] => words.filter(isLast).flatMap(({ tokens }) => tokens);
  for (let at = 0; at < argv.length; at++) {
    const arg = argv[at]!;
    if (arg === '--') return [...result(), ...argv.slice(at)];
    const found = arg.length > 1 && arg.startsWith('-') && !/^-\d/.test(arg) ? readFlag(arg, flags) : undefined;
    if (!found) {
      words.push({ tokens: [arg] });
      continue;
    }
    // A value of its own: the next word, as for kubectl, but never a long flag.
    if (found.flag.type === 'option' && found.value === undefined && !argv[at + 1]?.startsWith('--'))
      found.value = argv[++at];
    words.push({ flag: found.flag, tokens: flagTokens(found) });
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
  /** As it is written in messages: `--namespace`. */
  name: string;
  flag: Command.Flag.Any;
  value?: string;
}

function readFlag(arg: string, flags: FlagTable): Found {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(arg);
  if (!long) return readShort(arg, flags);
  const name = long[1]!.replaceAll('_', '-');
  const flag = flags[name] ?? negated(name, flags);
  if (!flag) throw unknownFlag(`--${name}`, flags);
  return { name, flag, value: long[2] };
}

function readShort(arg: string, flags: FlagTable): Found {
  const entry = Object.entries(flags).find(([, { char }]) => char === arg[1]);
  if (!entry) throw unknownFlag(arg.replace(/=.*$/s, ''), flags);
  const rest = arg.slice(2);
  return { name: entry[0], flag: entry[1], value: rest === '' ? undefined : rest.replace(/^=/, '') };
}

function negated(name: string, flags: FlagTable): Command.Flag.Any | undefined {
  const flag = name.startsWith('no-') ? flags[name.slice(3)] : undefined;
  return flag?.type === 'boolean' && flag.allowNo ? flag : undefined;
}

function unknownFlag(typed: string, flags: FlagTable): Error {
  const names = Object.entries(flags).flatMap(([name, flag]) =>
    flag.hidden ? [] : flag.type === 'boolean' && flag.allowNo ? [`--${name}`, `--no-${name}`] : [`--${name}`],
  );
  return usageError(`unknown flag: ${typed}`, [
    ...didYouMean(suggest(typed, [...names, '--help'])),
    'see --help for what the command takes',
  ]);
}

function flagTokens({ name, flag, value }: Found): string[] {
  if (flag.type === 'option') {
    if (value === undefined)
      throw usageError(`flag needs an argument: --${name}${flag.options ? ` (${flag.options.join(', ')})` : ''}`);
    if (value === '')
      throw usageError(`invalid argument "" for "--${name}" flag: it is empty`, [
        'leave the flag out, or give it a value',
      ]);
    return [`--${name}=${value}`];
  }
  if (value === undefined) return [`--${name}`];
  if (name !== flag.name && name.startsWith('no-'))
    throw usageError(`invalid argument "${value}" for "--${name}" flag: it takes no value`);
  const on = parseBoolean(value);
  if (on === undefined) throw usageError(`invalid argument "${value}" for "--${name}" flag: it takes true or false`);
  if (on) return [`--${name}`];
  // oclif has no form for "false" where a flag cannot be negated: leaving it out says the same.
  return flag.allowNo ? [`--no-${name}`] : [];
}

/** The names of the flags that a normalized command line gives; a negated one by its name without `no-`. */
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
