import { nextWords, topics, type CompletionCommand, type CompletionFlag, type ValueKind } from './model.js';

/** A completion script for zsh, with descriptions. */
export function zshScript(commands: CompletionCommand[], names: readonly string[]): string {
  return `#compdef ${names.join(' ')}
# zsh completion for ${names.join(', ')}; made by: regadm completion zsh
_regadm() {
  local -a choices
  local command="" word
  integer i
  for ((i = 2; i < CURRENT; i++)); do
    word="\${command:+$command }\${words[i]}"
    case "$word" in
      (${known(commands).join('|')}) command="$word" ;;
    esac
  done
  case "$command" in
${topics(commands)
  .map((topic) => topicCase(commands, topic))
  .join('\n')}
${commands.map(commandCase).join('\n')}
  esac
}
if [[ \${funcstack[1]} == _regadm ]]; then _regadm "$@"; else compdef _regadm ${names.join(' ')}; fi
`;
}

function known(commands: CompletionCommand[]): string[] {
  return [...new Set(commands.flatMap(({ words }) => words.map((_, at) => quote(words.slice(0, at + 1).join(' ')))))];
}

function topicCase(commands: CompletionCommand[], topic: string[]): string {
  const choices = nextWords(commands, topic).map(({ word, summary }) => quote(`${word}:${plain(summary)}`));
  return `    (${quote(topic.join(' '))})\n      choices=(${choices.join(' ')})\n      _describe command choices ;;`;
}

function commandCase({ words, flags, argument }: CompletionCommand): string {
  const skip = `shift ${words.length} words; (( CURRENT -= ${words.length} ))`;
  const rest = argument === 'none' ? [] : [quote(`*:argument:${actionOf(argument)}`)];
  const specs = [...flags.flatMap(flagSpecs), ...rest];
  return `    (${quote(words.join(' '))})\n      ${skip}\n      _arguments -s \\\n        ${specs.join(' \\\n        ')} ;;`;
}

function flagSpecs({ name, char, description, value }: CompletionFlag): string[] {
  const text = plain(description).replaceAll(/[[\]]/g, (bracket) => `\\${bracket}`);
  const action = value === undefined ? '' : `:value:${actionOf(value)}`;
  const long = quote(`${name}${value === undefined ? '' : '='}[${text}]${action}`);
  return char ? [long, quote(`${char}${value === undefined ? '' : '+'}[${text}]${action}`)] : [long];
}

function actionOf(kind: ValueKind): string {
  if (kind === 'files') return '_files';
  if (kind === 'directories') return '_files -/';
  return kind === 'none' ? ' ' : `(${kind.join(' ')})`;
}

/** Colons divide the parts of a specification. */
function plain(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(':', '\\:');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
