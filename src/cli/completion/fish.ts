import { nextWords, topics, type CompletionCommand, type CompletionFlag } from './model.js';

/** A completion script for fish, with descriptions. */
export function fishScript(commands: CompletionCommand[], names: readonly string[]): string {
  const head = `# fish completion for ${names.join(', ')}; made by: regadm completion fish
function __regadm_at
    set -l words (commandline -opc)
    set -e words[1]
    set -l depth (count $argv)
    test (count $words) -ge $depth; or return 1
    for i in (seq $depth)
        test "$words[$i]" = "$argv[$i]"; or return 1
    end
end
function __regadm_exactly
    test (count (commandline -opc)) -eq (math (count $argv) + 1); and __regadm_at $argv
end
`;
  return head + names.map((name) => lines(name, commands).join('\n')).join('\n') + '\n';
}

function lines(program: string, commands: CompletionCommand[]): string[] {
  const add = (condition: string, rest: string): string => `complete -c ${program} -n ${quote(condition)} ${rest}`;
  return [
    `complete -c ${program} -f`,
    ...topics(commands).flatMap((topic) =>
      nextWords(commands, topic).map(({ word, summary }) =>
        add(`__regadm_exactly ${topic.join(' ')}`.trim(), `-a ${quote(word)} -d ${quote(oneLine(summary))}`),
      ),
    ),
    ...commands.flatMap(({ words, flags, argument }) => {
      const condition = `__regadm_at ${words.join(' ')}`;
      return [
        ...flags.map((flag) => add(condition, flagText(flag))),
        ...argumentText(argument).map((text) => add(condition, text)),
      ];
    }),
  ];
}

function flagText({ name, char, description, value }: CompletionFlag): string {
  const long = `-l ${name.slice(2)}${char ? ` -s ${char.slice(1)}` : ''} -d ${quote(oneLine(description))}`;
  if (value === undefined) return long;
  if (value === 'files' || value === 'directories') return `${long} -r -F`;
  return value === 'none' ? `${long} -x` : `${long} -x -a ${quote(value.join(' '))}`;
}

function argumentText(kind: CompletionCommand['argument']): string[] {
  if (kind === 'none') return [];
  return kind === 'files' || kind === 'directories' ? ['-F'] : [`-a ${quote(kind.join(' '))}`];
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
