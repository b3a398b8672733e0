import { Args, Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { createReporter } from '../../cli/reporter.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { timeoutFlag } from '../../flags/duration.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import type { RegistryMode } from '../../core/operator/mode.js';

export default class RegistryReadonly extends BaseCommand {
  static override summary = "Show or switch the registry's read-only mode";

  static override description = `Without an argument it shows the mode: of the config, of every registry pod, and the operator's conditions. on and off change
spec.readOnly of configs.imageregistry.operator.openshift.io/cluster and wait until the Deployment has rolled out and no pod of the
other mode exists any more. Asking for the mode that is there changes nothing.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> on',
    '<%= config.bin %> <%= command.id %> off --timeout 20m -o json',
  ];

  static override args = {
    mode: Args.string({ options: ['on', 'off'], description: 'the mode to switch to; shows the mode if not given' }),
  };

  static override flags = {
    wait: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'wait until every registry pod runs in the new mode',
    }),
    timeout: Flags.string({ helpValue: 'DURATION', default: '10m', description: 'how long to wait' }),
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.read(RegistryReadonly);
    const timeoutMs = timeoutFlag('timeout', flags.timeout);
    const { openCluster } = await import('../../core/cluster/index.js');
    const api = await openCluster(clusterOptions(flags), this.logAt);
    try {
      await this.tellNotice(api);
      const { changeMode, readMode } = await import('../../core/operator/mode.js');
      const { interruptible } = await import('../../cli/interrupt.js');
      const options = { wait: flags.wait, timeoutMs, reporter: createReporter(process.stderr, this.verbosity) };
      const mode = await interruptible(
        (signal) => (args.mode ? changeMode(api, args.mode === 'on', { ...options, signal }) : readMode(api)),
        {
          note: this.note,
          suggestions: args.mode ? ['show how far the registry has switched: regadm registry readonly'] : [],
        },
      );
      await this.show(mode, flags);
    } finally {
      await api.close();
    }
  }

  private async tellNotice(api: ClusterApi): Promise<void> {
    const { pendingRecoveryNotice } = await import('../../core/operator/notice.js');
    const notice = await pendingRecoveryNotice(api);
    if (notice) this.note(notice);
  }

  private async show(mode: RegistryMode, flags: FlagsOf<typeof RegistryReadonly>): Promise<void> {
    const { registryModeDocument, registryModeText } = await import('../../core/operator/mode-text.js');
    const { degradedReason } = await import('../../core/operator/config.js');
    if (mode.managementState !== 'Managed')
      this.warning(
        `the registry's managementState is ${mode.managementState}: the operator does not carry out changes`,
      );
    const degraded = degradedReason(mode.conditions);
    if (degraded) this.warning(degraded);
    if (flags.output === 'table') return this.print(registryModeText(mode));
    const { documentText } = await import('../../core/terminal/document.js');
    this.print(await documentText(flags.output, registryModeDocument(mode)));
  }
}
