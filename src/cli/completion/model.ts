/** What of a command's flag completion needs; oclif's manifest has it. */
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

/** `oclif.manifest.json`, as far as it is read here. */
export interface Manifest {
  commands: Record<string, ManifestCommand>;
}

/** What a value is completed with; `none` for free text. */
export type ValueKind = 'none' | 'files' | 'directories' | readonly string[];

export interface CompletionFlag {
  /** With its dashes: `--output`, `--no-confirm`. */
  name: string;
  /** With its dash: `-o`. */
  char?: string;
  description: string;
  /** Absent: it takes no value. */
  value?: ValueKind;
}

export interface CompletionCommand {
  words: string[];
  summary: string;
  flags: CompletionFlag[];
  /** What its arguments are completed with. */
  argument: ValueKind;
}

const HELP: CompletionFlag = { name: '--help', char: '-h', description: 'show what the command takes' };
const FILES = new Set(['FILE', 'PATH']);

/** The commands with everything that can be completed, sorted. */
export function completionCommands({ commands }: Manifest): CompletionCommand[] {
  return Object.entries(commands)
    .filter(([, { hidden }]) => !hidden)
    .map(([id, command]) => ({
      words: id.split(':'),
      summary: command.summary ?? '',
      flags: [...Object.entries(command.flags).flatMap(([name, flag]) => flagsOf(name, flag)), HELP],
      argument: argumentOf(command),
    }))
    .sort((a, b) => a.words.join(' ').localeCompare(b.words.join(' ')));
}

function flagsOf(
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

/** What may follow the words of a topic: `prune` → `hard`, `images`, …; of no words: the first words. */
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

/** All topics, the empty one first. */
export function topics(commands: CompletionCommand[]): string[][] {
  const all = new Set([
    '',
    ...commands.filter(({ words }) => words.length > 1).map(({ words }) => words.slice(0, -1).join(' ')),
  ]);
  return [...all].map((topic) => topic.split(' ').filter(Boolean));
}
