import { usageError } from '../core/model/errors.js';
import { didYouMean, suggest } from '../core/kit/suggest.js';
import type { CommandList } from './command-list.js';
import { usageHint } from './usage-hint.js';

/** What a command line requests. */
export type Request =
  | { kind: 'command'; id: string; argv: string[] }
  | { kind: 'help'; argv: string[] }
  | { kind: 'version' }
  | { kind: 'completion'; words: string[] };

/** What the completion scripts call, as in programs that use Cobra. */
const COMPLETION = '__complete';
const HELP_FLAGS = ['--help', '-h'];

/**
 * Finds the command that a command line names, as separate words (`prune images`) or joined (`prune:images`).
 * @throws RegadmError (USAGE) with suggestions if there is no such command
 */
export function findCommand(list: CommandList, argv: readonly string[]): Request {
  if (argv[0] === COMPLETION) return { kind: 'completion', words: argv.slice(1) };
  const dashes = argv.indexOf('--');
  const before = dashes === -1 ? argv : argv.slice(0, dashes);
  const wantsHelp = before.some((arg) => HELP_FLAGS.includes(arg));
  if (argv[0] === 'help') return help(list, argv.slice(1));
  if (wantsHelp || argv.length === 0) return help(list, argv);
  if (argv[0] === '--version' || (argv[0] === 'version' && argv.length === 1)) return { kind: 'version' };
  const words = leadingWords(argv);
  if (words.length === 0) throw flagsFirst(list, argv);
  const found = longest(words, list.commands);
  if (found) return { kind: 'command', id: found.id, argv: argv.slice(found.length) };
  const topic = longest(words, list.topics);
  if (topic?.length === words.length && argv.length === words.length) return { kind: 'help', argv: words };
  if (topic?.length === words.length) throw topicWithFlag(list, words, argv[words.length]!);
  throw unknownCommand(list, words, topic?.length ?? 0);
}

/** Finds what to show help for. @throws RegadmError (USAGE) for an unknown command, instead of showing other help */
function help(list: CommandList, argv: readonly string[]): Request {
  const words = leadingWords(argv.filter((arg) => !HELP_FLAGS.includes(arg) && arg !== 'help'));
  if (words.length === 0) return { kind: 'help', argv: [] };
  const found = longest(words, list.commands);
  if (found) return { kind: 'help', argv: words.slice(0, found.length) };
  const topic = longest(words, list.topics);
  if (topic?.length === words.length) return { kind: 'help', argv: words };
  throw unknownCommand(list, words, topic?.length ?? 0);
}

function leadingWords(argv: readonly string[]): string[] {
  const end = argv.findIndex((arg) => arg.startsWith('-'));
  return [...(end === -1 ? argv : argv.slice(0, end))];
}

function longest(words: string[], ids: readonly string[]): { id: string; length: number } | undefined {
  for (let length = words.length; length > 0; length--) {
    const id = words.slice(0, length).join(':');
    if (ids.includes(id)) return { id, length };
  }
  return undefined;
}

function unknownCommand(list: CommandList, words: string[], known: number): Error {
  const spaced = list.commands.map((id) => id.replaceAll(':', ' '));
  const typed = words
    .slice(0, Math.max(known + 1, 2))
    .join(' ')
    .replaceAll(':', ' ');
  const parent = [list.bin, ...words.slice(0, known)].join(' ');
  const wanted = words.slice(0, known + 1).at(-1)!;
  const last = (name: string): string => name.split(' ').at(-1)!;
  // The whole name is mistyped (`prun images`), or its last word (`prune imags`), or the topic is missing (`images`).
  const near = [
    ...suggest(typed, spaced),
    ...spaced.filter(
      (name) => name.startsWith(`${words.slice(0, known).join(' ')}`) && suggest(wanted, [last(name)]).length > 0,
    ),
    ...suggest(
      words[0]!,
      list.topics.filter((name) => known === 0 && !name.includes(':')),
    ),
  ];
  const names = [...new Set(near)].slice(0, 3).map((name) => `${list.bin} ${name}`);
  return usageError(`unknown command "${wanted}" for "${parent}"`, [...didYouMean(names), usageHint(parent)]);
}

/** Returns the error for a flag where the name of a command is missing: `regadm prune --version`. */
function topicWithFlag(list: CommandList, words: string[], arg: string): Error {
  const topic = [list.bin, ...words].join(' ').replaceAll(':', ' ');
  if (arg === '--version')
    return usageError(`unknown flag: --version for "${topic}"`, [`show the version with: ${list.bin} --version`]);
  return usageError(`specify a command of "${topic}" before ${nameOnly(arg)}`, [usageHint(topic)]);
}

function flagsFirst(list: CommandList, argv: readonly string[]): Error {
  const command = argv.findIndex((_, index) => longest(leadingWords(argv.slice(index)), list.commands));
  if (command === -1) return usageError(`unknown flag: ${nameOnly(argv[0]!)}`, [usageHint(list.bin)]);
  // Values are omitted because they can be secrets.
  const flags = argv
    .slice(0, command)
    .filter((arg) => arg.startsWith('-'))
    .map(nameOnly);
  const meant = [...leadingWords(argv.slice(command)), ...flags].join(' ');
  return usageError(`the flag ${nameOnly(argv[0]!)} must come after the command`, [
    `write it as: ${list.bin} ${meant}`,
  ]);
}

/** Removes the value of a flag, because it can be a secret. */
function nameOnly(arg: string): string {
  return arg.replace(/=.*$/s, '=…');
}
