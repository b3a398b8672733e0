import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { modeWarnings, registryModeOutput } from '../../core/operator/mode-output.js';
import { clusterFlags } from '../../flags/cluster.js';
import { dataLossFlags } from '../../flags/data-loss.js';
import { timeoutFlag } from '../../flags/duration.js';
import { outputFlags } from '../../flags/output.js';

export default class RegistryReadonly extends BaseCommand {
  static override summary = "Show or switch the registry's read-only mode";

  static override description = `Without an argument, shows the mode: in the config, in every registry pod, and the operator's conditions. on and off change spec.readOnly
of configs.imageregistry.operator.openshift.io/cluster, and wait until the Deployment has rolled out and no pod of the other mode exists.
They take effect without --confirm. If the registry already has the mode, nothing is changed.

A registry whose storage is an emptyDir loses all its images with every roll-out: on and off are refused (exit status 4), unless
--accept-data-loss is given.`;

  static override page = 'hard-prune.md';

  static override exitStatuses = {
    4: 'refused, because the mode cannot be changed safely',
  };

  static override examples = [
    { description: 'Show the mode', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'Switch to read-only mode', command: '<%= config.bin %> <%= command.id %> on' },
    {
      description: 'Switch back, wait up to 20 minutes, and print one JSON document',
      command: '<%= config.bin %> <%= command.id %> off --timeout 20m -o json',
    },
    {
      description: 'Switch a registry whose storage is an emptyDir, and lose all its images',
      command: '<%= config.bin %> <%= command.id %> on --accept-data-loss',
    },
  ];

  static override args = {
    mode: Args.string({
      options: ['on', 'off'],
      ignoreStdin: true,
      description: 'mode to switch to (default: show the mode)',
    }),
  };

  static override flags = {
    wait: Flags.boolean({
      default: true,
      allowNo: true,
      description: 'wait until every registry pod has the new mode (default: true)',
    }),
    timeout: Flags.string({ helpValue: 'DURATION', default: '10m', description: 'timeout of the roll-out' }),
    ...dataLossFlags,
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags, args } = await this.read(RegistryReadonly);
    const { wait, 'accept-data-loss': acceptDataLoss } = flags;
    const timeoutMs = timeoutFlag('timeout', flags.timeout);
    const { changeMode, readMode } = await import('../../core/operator/mode.js');
    const mode = await this.withCluster(flags, async ({ api, reporter, signal }) => {
      const { reportRecovery } = await import('../../core/operator/lease/notice.js');
      await reportRecovery(api, reporter);
      if (args.mode === undefined) return readMode(api);
      return changeMode(api, args.mode === 'on', { wait, timeoutMs, acceptDataLoss, reporter, signal });
    });
    for (const warning of modeWarnings(mode)) this.warning(warning);
    await this.present(mode, flags, registryModeOutput);
  }
}
