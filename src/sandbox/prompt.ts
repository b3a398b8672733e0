import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the prompt of an interactive shell in the sandbox starts with. */
const MARK = '(regadm sandbox) ';

const MARK_PS1 = `case $PS1 in *'${MARK.trim()}'*) ;; *) PS1='${MARK}'"$PS1" ;; esac`;

/** bash: runs before each prompt, so that a prompt that the user's configuration sets later is marked, too. */
const BASH = `if [ -r ~/.bashrc ]; then . ~/.bashrc; fi
__regadm_sandbox() { local status=$?; ${MARK_PS1}; return $status; }
if [[ $(declare -p PROMPT_COMMAND 2> /dev/null) == 'declare -a'* ]]; then PROMPT_COMMAND+=(__regadm_sandbox)
else PROMPT_COMMAND="\${PROMPT_COMMAND:+$PROMPT_COMMAND$'\\n'}__regadm_sandbox"; fi
`;

/** sh: the file in $ENV. */
const SH = `if [ -r "\${REGADM_SANDBOX_ENV:-}" ]; then . "$REGADM_SANDBOX_ENV"; fi
case $- in *i*) ${MARK_PS1} ;; esac
`;

/** zsh: the first file in $ZDOTDIR. It restores this variable, so that zsh reads the user's other files. */
const ZSH = `if (( \${+REGADM_SANDBOX_ZDOTDIR} )); then ZDOTDIR=$REGADM_SANDBOX_ZDOTDIR; else unset ZDOTDIR; fi
unset REGADM_SANDBOX_ZDOTDIR
if [[ -r \${ZDOTDIR:-$HOME}/.zshenv ]]; then . \${ZDOTDIR:-$HOME}/.zshenv; fi
if [[ -o interactive ]]; then
  __regadm_sandbox() {
    # Functions that set the prompt come first from the second prompt on.
    precmd_functions=(\${precmd_functions:#__regadm_sandbox} __regadm_sandbox)
    ${MARK_PS1}
  }
  precmd_functions+=(__regadm_sandbox)
fi
`;

/** fish: a file in a directory of $XDG_DATA_DIRS. It wraps the user's prompt when the first one is shown. */
const FISH = `function __regadm_sandbox --on-event fish_prompt
  functions --erase __regadm_sandbox
  functions --query fish_prompt
  functions --copy fish_prompt __regadm_sandbox_prompt
  function fish_prompt
    set --local last $status
    echo -n '${MARK}'
    echo "exit $last" | source
    __regadm_sandbox_prompt
  end
end
`;

/** A shell command, and its environment. */
interface Command {
  command: string;
  env: NodeJS.ProcessEnv;
}

/**
 * Lets interactive shells that a command starts mark their prompt as the sandbox's. The user's own configuration
 * applies, and no file of the user is changed.
 * @param dir directory for the files that the shells read
 */
export function markPrompt(dir: string, { command, env }: Command): Command {
  const files = { bash: join(dir, 'bash'), sh: join(dir, 'sh'), zsh: join(dir, 'zsh/.zshenv') };
  write(files.bash, BASH);
  write(files.sh, SH);
  write(files.zsh, ZSH);
  write(join(dir, 'fish/vendor_conf.d/regadm-sandbox.fish'), FISH);
  return {
    // Only an argument makes bash read another file; others are in the environment.
    command: command.replace(/^\s*(?:exec\s+)?(?:\S*\/)?bash(?=\s|$)/, (word) => `${word} --rcfile '${files.bash}'`),
    env: {
      ...env,
      ENV: files.sh,
      ZDOTDIR: dirname(files.zsh),
      XDG_DATA_DIRS: `${dir}:${env.XDG_DATA_DIRS || '/usr/local/share:/usr/share'}`,
      ...(env.ENV === undefined ? {} : { REGADM_SANDBOX_ENV: env.ENV }),
      ...(env.ZDOTDIR === undefined ? {} : { REGADM_SANDBOX_ZDOTDIR: env.ZDOTDIR }),
    },
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
