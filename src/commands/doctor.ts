import { BaseCommand } from '../cli/base-command.js';
import { requestTimeoutFlag } from '../flags/duration.js';
import { EXIT } from '../core/model/errors.js';
import { clusterFlags, clusterOptions } from '../flags/cluster.js';
import { outputFlags } from '../flags/output.js';
import { registryFlags } from '../flags/registry.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Find out what would keep a prune from working here';

  static override description = `Looks at version and user, at permissions, at the registry (found, reachable, trusted, its mode, its pods, deletion enabled), at clocks, at the cluster's own pruning and its last run, and at other pruners at work. Only reading requests are sent.

Exit status: 0 if a prune would work (warnings included), 1 if not.`;

  static override examples = [
    { description: 'Before the first prune, or when one has failed', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'From outside the cluster, with the public name of the registry',
      command: '<%= config.bin %> <%= command.id %> --registry-url registry.apps.example.com',
    },
    { description: 'For a ticket', command: '<%= config.bin %> <%= command.id %> -o yaml' },
  ];

  static override flags = {
    ...registryFlags,
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(Doctor);
    const { registryOptions } = await import('../flags/registry-options.js');
    const registry = await registryOptions(flags);
    const requestTimeoutMs = requestTimeoutFlag(flags['request-timeout']);
    const { diagnose, doctorReport } = await import('../core/doctor/diagnose.js');
    const connect = async () =>
      (await import('../core/cluster/index.js')).openCluster(clusterOptions(flags), this.logAt);
    const hooks = { warn: this.warning, log: this.logAt, signal: new AbortController().signal };
    const report = doctorReport(
      this.config.version,
      await diagnose(connect, { ...registry, requestTimeoutMs, workers: 1 }, hooks),
    );
    if (flags.output === 'table') {
      const [{ doctorText }, { styles, terminalWidth, wantsColor }] = await Promise.all([
        import('../core/doctor/text.js'),
        import('../core/terminal/color.js'),
      ]);
      this.print(doctorText(report, styles(wantsColor(process.stdout)), terminalWidth(process.stdout)));
    } else {
      const { documentText } = await import('../core/terminal/document.js');
      this.print(await documentText(flags.output, report));
    }
    if (!report.ok) process.exitCode = EXIT.error;
  }
}
