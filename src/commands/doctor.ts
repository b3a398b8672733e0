import { BaseCommand } from '../cli/base-command.js';
import { argumentProblem } from '../cli/cron-job-arguments.js';
import { doctorOutput } from '../core/doctor/output/index.js';
import { doctorReport } from '../core/doctor/report.js';
import { EXIT } from '../core/model/errors.js';
import { clusterFlags } from '../flags/cluster.js';
import { requestTimeoutFlag } from '../flags/duration.js';
import { CHECKS } from '../core/doctor/output/main-table.js';
import { outputFlags } from '../flags/output.js';
import { registryFlags } from '../flags/registry.js';
import { registryOptions } from '../flags/registry-options.js';

export default class Doctor extends BaseCommand {
  static override summary = 'Find problems that would make a prune fail';

  static override description = `Checks the user and its permissions, the registry (address, certificate, login, mode, pods, deletion), the clocks, the
cluster's own pruning and its last run, the CronJob of regadm prune schedule --cronjob, and other running pruners. Changes nothing: only read
requests are sent.`;

  static override page = 'troubleshooting.md';

  static override exitStatuses = {
    0: 'no check failed (warnings included)',
    1: 'a check failed, or an error',
  };

  static override examples = [
    { description: 'Before the first prune, or after one has failed', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Outside the cluster, with the public name of the registry',
      command: '<%= config.bin %> <%= command.id %> --registry-url registry.apps.example.com',
    },
    { description: 'For a ticket', command: '<%= config.bin %> <%= command.id %> -o yaml' },
  ];

  static override flags = {
    ...registryFlags,
    ...outputFlags(['table', 'json', 'yaml'], 'table', CHECKS),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(Doctor);
    const requestTimeoutMs = requestTimeoutFlag(flags['request-timeout']);
    const access = { ...(await registryOptions(flags)), requestTimeoutMs, workers: 1 };
    const { diagnose } = await import('../core/doctor/diagnose.js');
    const { connect } = await import('../cli/session.js');
    const problemOf = (prune: string, words: string[]): Promise<string | undefined> =>
      argumentProblem(prune, words, (id, argv) => this.parseAs(id, argv));
    const checks = await this.withSession(({ reporter, signal }) =>
      diagnose(async () => this.announce(await connect(flags, reporter)), access, { reporter, signal, problemOf }),
    );
    const report = doctorReport(this.config.version, checks);
    await this.present(report, flags, doctorOutput);
    if (!report.ok) process.exitCode = EXIT.error;
  }
}
