import { nextWords, topics, type CompletionCommand, type ValueKind } from './model.js';

/** A completion script for bash: tables only, so that no process is started when Tab is pressed. */
export function bashScript(commands: CompletionCommand[], names: readonly string[]): string {
  const known = [...new Set(commands.flatMap(({ words }) => words.map((_, at) => words.slice(0, at + 1).join(' '))))];
  return `# bash completion for ${names.join(', ')}; made by: regadm completion bash
_regadm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="" flag="" choice="" word i
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${command:+$command }\${COMP_WORDS[i]}"
    case "$word" in
      ${known.map(quote).join(' | ')}) command="$word" ;;
    esac
  done
  # bash splits --flag=value into three words.
  if [[ $current == "=" ]]; then
    flag="\${COMP_WORDS[COMP_CWORD-1]}" current=""
  elif [[ \${COMP_WORDS[COMP_CWORD-1]} == "=" ]]; then
    flag="\${COMP_WORDS[COMP_CWORD-2]}"
  else
    flag="\${COMP_WORDS[COMP_CWORD-1]}"
  fi
  case "$command $flag" in
${commands.flatMap(valueCases).join('\n')}
  esac
  if [[ $current == -* ]]; then
    case "$command" in
${commands.map(({ words, flags }) => `      ${quote(words.join(' '))}) choice="${flags.map(({ name }) => name).join(' ')}" ;;`).join('\n')}
    esac
  else
    case "$command" in
${topics(commands)
  .map(
    (topic) =>
      `      ${quote(topic.join(' '))}) choice="${nextWords(commands, topic)
        .map(({ word }) => word)
        .join(' ')}" ;;`,
  )
  .join('\n')}
${commands.flatMap(argumentCase).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$choice" -- "$current"))
}
complete -F _regadm ${names.join(' ')}
`;
}

/** The flags that take a value, those with the same kind of value together. */
function valueCases({ words, flags }: CompletionCommand): string[] {
  const groups = new Map<string, string[]>();
  for (const { name, char, value } of flags) {
    if (value === undefined) continue;
    const action = actionOf(value);
    groups.set(action, [
      ...(groups.get(action) ?? []),
      ...[name, ...(char ? [char] : [])].map((each) => quote(`${words.join(' ')} ${each}`)),
    ]);
  }
  return [...groups].map(([action, patterns]) => `    ${patterns.join(' | ')})\n      ${action}\n      return ;;`);
}

function argumentCase({ words, argument }: CompletionCommand): string[] {
  if (argument === 'none') return [];
  return [`      ${quote(words.join(' '))}) ${actionOf(argument)}; return ;;`];
}

function actionOf(kind: ValueKind): string {
  if (kind === 'none') return ':';
  if (kind === 'files' || kind === 'directories') {
    return `compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen ${kind === 'files' ? '-f' : '-d'} -- "$current")`;
  }
  return `COMPREPLY=($(compgen -W "${kind.join(' ')}" -- "$current"))`;
}

function quote(text: string): string {
  return `"${text}"`;
}
