/** A flag in oclif's manifest: the properties that completion needs. */
interface ManifestFlag {
  name: string;
  char?: string;
  type: 'boolean' | 'option';
  allowNo?: boolean;
  description?: string;
  helpValue?: string | string[];
  hidden?: boolean;
  options?: readonly string[];
}

interface ManifestCommand {
  id: string;
  summary?: string;
  hidden?: boolean;
  flags: Record<string, ManifestFlag>;
  args: Record<string, { name: string; options?: readonly string[] }>;
}

/** `oclif.manifest.json`: the properties that completion needs. */
export interface Manifest {
  commands: Record<string, ManifestCommand>;
}

/** How a value is completed; `none` for free text. */
export type ValueKind = 'none' | 'files' | 'directories' | readonly string[];

export interface CompletionFlag {
  /** With its dashes: `--output`, `--no-confirm`. */
  name: string;
  /** With its dash: `-o`. */
  char?: string;
  description: string;
  /** Absent if the flag takes no value. */
  value?: ValueKind;
}

export interface CompletionCommand {
  words: string[];
  summary: string;
  flags: CompletionFlag[];
  /** How its arguments are completed. */
  argument: ValueKind;
}

const HELP: CompletionFlag = { name: '--help', char: '-h', description: 'show help' };
const FILES = new Set(['FILE', 'PATH']);

/** Converts the manifest to the commands that completion knows, sorted by name. */
export function completionCommands({ commands }: Manifest): CompletionCommand[] {
  return Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => ({
      words: id.split(':'),
      summary: command.summary ?? '',
      flags: [...Object.entries(command.flags).flatMap(([name, flag]) => toFlags(name, flag)), HELP],
      argument: argumentOf(command),
    }))
    .sort((a, b) => a.words.join(' ').localeCompare(b.words.join(' ')));
}

function toFlags(
  name: string,
  { char, type, allowNo, description = '', helpValue, hidden, options }: ManifestFlag,
): CompletionFlag[] {
  if (hidden) return [];
  const base = { name: `--${name}`, ...(char ? { char: `-${char}` } : {}), description };
  if (type === 'option') return [{ ...base, value: options ?? valueKind([helpValue].flat()[0]) }];
  return allowNo ? [base, { name: `--no-${name}`, description: `not: ${description}` }] : [base];
}

function valueKind(helpValue: string | undefined): ValueKind {
  if (helpValue === 'DIR') return 'directories';
  return FILES.has(helpValue ?? '') ? 'files' : 'none';
}

function argumentOf({ args }: ManifestCommand): ValueKind {
  const [first] = Object.values(args);
  if (!first) return 'none';
  return first.options ?? valueKind(first.name.toUpperCase());
}

/**
 * Returns the words that can follow a topic: `hard`, `images`, … after `prune`; the first words of all commands after
 * none.
 */
export function nextWords(
  commands: CompletionCommand[],
  topic: readonly string[],
): { word: string; summary: string }[] {
  const found = new Map<string, string>();
  for (const { words, summary } of commands) {
    if (words.length <= topic.length || topic.some((word, at) => words[at] !== word)) continue;
    const word = words[topic.length]!;
    found.set(word, words.length === topic.length + 1 ? summary : (found.get(word) ?? ''));
  }
  return [...found].map(([word, summary]) => ({ word, summary }));
}

/** Returns all topics, the empty one first. */
export function topics(commands: CompletionCommand[]): string[][] {
  const all = new Set([
    '',
    ...commands.filter(({ words }) => words.length > 1).map(({ words }) => words.slice(0, -1).join(' ')),
  ]);
  return [...all].map((topic) => topic.split(' ').filter(Boolean));
}
