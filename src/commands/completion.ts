import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';
import type { Manifest } from '../cli/completion/model.js';

/** Programs that the script completes. */
const NAMES = ['regadm', 'oc-regadm', 'kubectl-regadm'];

export default class Completion extends BaseCommand {
  static override summary = 'Print a completion script for bash, zsh or fish';

  static override description = `The script completes commands, flags and values of flags, for regadm, oc-regadm and kubectl-regadm. Pressing Tab starts no process.

oc regadm and kubectl regadm need no setup: they run the program kubectl_complete-regadm, which is part of the package.`;

  static override page = 'installation.md#shell-completion';

  static override examples = [
    {
      description: 'bash, current session (add to ~/.bashrc to make it permanent)',
      command: 'source <(<%= config.bin %> completion bash)',
    },
    { description: 'bash, all users', command: '<%= config.bin %> completion bash > /etc/bash_completion.d/regadm' },
    { description: 'zsh, after compinit', command: 'source <(<%= config.bin %> completion zsh)' },
    { description: 'fish', command: '<%= config.bin %> completion fish > ~/.config/fish/completions/regadm.fish' },
  ];

  static override args = {
    shell: Args.string({
      required: true,
      options: ['bash', 'zsh', 'fish'],
      description: 'shell to generate the script for',
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.read(Completion);
    const { completionCommands } = await import('../cli/completion/model.js');
    const manifest = {
      commands: Object.fromEntries(this.config.commands.map((command) => [command.id, command])),
    } as unknown as Manifest;
    this.print((await generator(args.shell))(completionCommands(manifest), NAMES));
  }
}

async function generator(shell: string): Promise<typeof import('../cli/completion/bash.js').bashScript> {
  if (shell === 'zsh') return (await import('../cli/completion/zsh.js')).zshScript;
  if (shell === 'fish') return (await import('../cli/completion/fish.js')).fishScript;
  return (await import('../cli/completion/bash.js')).bashScript;
}
