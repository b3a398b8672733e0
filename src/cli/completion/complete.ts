import { isSource, nextWords, type CompletionCommand, type Source, type ValueKind } from './model.js';

interface Candidate {
  value: string;
  description: string;
}

/** Candidates at the cursor; the shell itself completes `files` and `directories`. */
interface Completion {
  candidates: Candidate[];
  kind: 'words' | 'files' | 'directories';
  /** Present if other values than the candidates are to be found out. */
  asked?: Asked;
}

/** What the kubeconfig or the cluster is asked for. */
export interface Asked {
  source: Source;
  /** The beginning of the value. */
  typed: string;
  /** What precedes the value in its word: `--context=`. */
  prefix: string;
  /** The command, with colons. */
  id: string;
  /** The complete words after the command. */
  argv: string[];
}

/**
 * Completes the last of the words that follow `regadm`.
 * @param words the words; the last one can be incomplete or empty
 */
export function complete(commands: CompletionCommand[], words: readonly string[]): Completion {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const command = longest(commands, before);
  if (!command)
    return wordsCompletion(
      nextWords(commands, before).map(({ word, summary }) => ({ value: word, description: summary })),
      typed,
    );
  const at = { id: command.words.join(':'), argv: before.slice(command.words.length) };
  const previous = command.flags.find(
    ({ name, char }) => name === before.at(-1) || (char !== undefined && char === before.at(-1)),
  );
  if (previous?.value !== undefined && before.length > command.words.length)
    return valueCompletion(previous.value, typed, { ...at, argv: at.argv.slice(0, -1) });
  const joined = /^(--[^=]+)=(.*)$/s.exec(typed);
  if (joined) {
    const flag = command.flags.find(({ name }) => name === joined[1]);
    return prefixed(valueCompletion(flag?.value ?? 'none', joined[2]!, at), `${joined[1]!}=`);
  }
  if (!typed.startsWith('-')) return valueCompletion(command.argument, typed, at);
  const given = new Set(before);
  return wordsCompletion(
    command.flags.filter(({ name }) => !given.has(name)).map(({ name, description }) => ({ value: name, description })),
    typed,
  );
}

function longest(commands: CompletionCommand[], words: readonly string[]): CompletionCommand | undefined {
  return commands.find((command) => command.words.every((word, at) => words[at] === word));
}

function wordsCompletion(candidates: Candidate[], typed: string): Completion {
  return { kind: 'words', candidates: candidates.filter(({ value }) => value.startsWith(typed)) };
}

function valueCompletion(kind: ValueKind, typed: string, at: Pick<Asked, 'id' | 'argv'>): Completion {
  if (isSource(kind)) return { kind: 'words', candidates: [], asked: { source: kind, typed, prefix: '', ...at } };
  if (kind === 'files' || kind === 'directories') return { kind, candidates: [] };
  return wordsCompletion(kind === 'none' ? [] : kind.map((value) => ({ value, description: '' })), typed);
}

function prefixed({ kind, candidates, asked }: Completion, prefix: string): Completion {
  return {
    kind,
    candidates: candidates.map(({ value, description }) => ({ value: prefix + value, description })),
    ...(asked ? { asked: { ...asked, prefix } } : {}),
  };
}

const DIRECTIVES = { words: 4, files: 0, directories: 16 };
/** Added to the directive if no space follows, because the candidates are not complete: `shop/`. */
const NO_SPACE = 2;

/**
 * Formats a completion for `kubectl` and `oc`, which run kubectl_complete-regadm: a line for each candidate, then a
 * directive for the shell: 4 no files, 0 files, 16 directories, 2 no space.
 * @see https://pkg.go.dev/github.com/spf13/cobra#ShellCompDirective
 */
export function cobraAnswer({ kind, candidates }: Completion): string {
  const lines = candidates.map(({ value, description }) =>
    description ? `${value}\t${description.replaceAll(/\s+/g, ' ')}` : value,
  );
  const isPart = candidates.length > 0 && candidates.every(({ value }) => value.endsWith('/'));
  return [...lines, `:${DIRECTIVES[kind] + (isPart ? NO_SPACE : 0)}`, ''].join('\n');
}
