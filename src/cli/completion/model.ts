/** A flag in oclif's manifest: the properties that completion needs. */
interface ManifestFlag {
  name: string;
  helpGroup?: string;
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
  usage?: string | string[];
  hidden?: boolean;
  flags: Record<string, ManifestFlag>;
  args: Record<string, { name: string; options?: readonly string[] }>;
}

/** `oclif.manifest.json`: the properties that completion needs. */
export interface Manifest {
  commands: Record<string, ManifestCommand>;
}

/** Values that the kubeconfig or the cluster knows: the program is asked for them when Tab is pressed. */
const SOURCES = ['contexts', 'clusters', 'users', 'namespaces', 'image-streams'] as const;
export type Source = (typeof SOURCES)[number];

/** Returns the manifest of loaded commands. */
export function manifestOf(commands: readonly { id: string }[]): Manifest {
  return { commands: Object.fromEntries(commands.map((command) => [command.id, command])) } as unknown as Manifest;
}

/** How a value is completed; `none` for free text. */
export type ValueKind = 'none' | 'files' | 'directories' | Source | readonly string[];

export function isSource(kind: ValueKind): kind is Source {
  return SOURCES.includes(kind as Source);
}

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
  { char, type, allowNo, description = '', helpValue, helpGroup, hidden, options }: ManifestFlag,
): CompletionFlag[] {
  if (hidden) return [];
  const base = { name: `--${name}`, ...(char ? { char: `-${char}` } : {}), description };
  if (type === 'option')
    return [
      { ...base, value: options?.filter(isWhole) ?? sourceOf(name, helpGroup) ?? valueKind([helpValue].flat()[0]) },
    ];
  return allowNo ? [base, { name: `--no-${name}`, description: `not: ${description}` }] : [base];
}

function valueKind(helpValue: string | undefined): ValueKind {
  if (helpValue === 'DIR') return 'directories';
  return FILES.has(helpValue ?? '') ? 'files' : 'none';
}

/** False for a choice that is not a word of its own: `jsonpath`, which a template follows, or a title with spaces. */
function isWhole(option: string): boolean {
  return !/\s|^(?:custom-columns|jsonpath)(?:-file)?$/.test(option);
}

function sourceOf(flag: string, helpGroup: string | undefined): Source | undefined {
  if (flag === 'namespace') return 'namespaces';
  // Another flag of this name is about something else: --cluster of edge verify.
  if (helpGroup !== 'CLUSTER' || !['context', 'cluster', 'user'].includes(flag)) return undefined;
  return `${flag}s` as Source;
}

function argumentOf({ args, usage }: ManifestCommand): ValueKind {
  const [first] = Object.values(args);
  if (first) return first.options ?? valueKind(first.name.toUpperCase());
  // Commands with several kinds of arguments describe them in their usage only.
  const [written = ''] = [usage].flat();
  if (/ DIR\b/.test(written)) return 'directories';
  return /NAMESPACE\[?\/\[?STREAM/.test(written) ? 'image-streams' : 'none';
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
