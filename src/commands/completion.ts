import { Args } from '@oclif/core';
import { BaseCommand } from '../cli/base-command.js';

/** Programs that the script completes. */
const NAMES = ['regadm', 'oc-regadm', 'kubectl-regadm'];

export default class Completion extends BaseCommand {
  static override summary = 'Print a completion script for bash, zsh or fish';

  static override description = `The script completes commands, flags and values of flags, for regadm, oc-regadm and kubectl-regadm. For contexts, clusters, users, namespaces, image streams and tags, pressing Tab asks regadm, which reads the kubeconfig or the cluster that the flags select. That takes at most 3 seconds, changes nothing, prints no errors, and never asks for credentials: exec plugins run only if their interactiveMode is Never.

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
      ignoreStdin: true,
      options: ['bash', 'zsh', 'fish'],
      description: 'shell to generate the script for',
    }),
  };

  async run(): Promise<void> {
    const { args } = await this.read(Completion);
    const { completionCommands, manifestOf } = await import('../cli/completion/model.js');
    this.print((await generator(args.shell))(completionCommands(manifestOf(this.config.commands)), NAMES));
  }
}

async function generator(shell: string): Promise<typeof import('../cli/completion/bash.js').bashScript> {
  if (shell === 'zsh') return (await import('../cli/completion/zsh.js')).zshScript;
  if (shell === 'fish') return (await import('../cli/completion/fish.js')).fishScript;
  return (await import('../cli/completion/bash.js')).bashScript;
}
