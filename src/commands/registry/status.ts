import { setFlagsFromString } from 'node:v8';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import type { RegistryStatusReport } from '../../core/status/report.js';
import type { StatusRequest } from '../../core/status/request.js';
import { statusMetrics } from '../../core/status/output/metrics.js';
import { statusOutput } from '../../core/status/output/index.js';
import { clusterFlags } from '../../flags/cluster.js';
import { assertWithoutCluster, fromFlag } from '../../flags/from.js';
import { metricsFlags } from '../../flags/metrics.js';
import { STREAMS } from '../../core/status/output/main-table.js';
import { outputFlags } from '../../flags/output.js';
import { reportFlag, statusFlags, statusRequest } from '../../flags/status.js';

const NOT_WITH_FROM = { others: ['storage'], why: 'it reads files, without a cluster and a registry' };

export default class RegistryStatus extends BaseCommand {
  static override summary = 'Show the registry, who uses its space, and what a prune would free';

  static override description = `Shows the registry's storage, mode, replicas, routes, cache and conditions; images and bytes by namespace and by image stream, unique and shared; and what prune images would free with other settings.

Changes nothing and does not contact the registry: bytes are what Image objects state. With --storage, it also measures the registry's storage itself: bytes as stored, how much of it is in use, what prune hard would delete, and unfinished uploads. Parts that the user cannot read are omitted and listed. --report also writes a self-contained web page with plots.

With --from, nothing is contacted: saved lists show who uses the space and, if they contain the workloads, what a prune would free.`;

  static override page = 'registry-status.md';

  static override examples = [
    { description: 'Show the status', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Also write a web page with plots',
      command: '<%= config.bin %> <%= command.id %> --report status.html',
    },
    {
      description: 'Also measure the object storage that the registry uses',
      command: '<%= config.bin %> <%= command.id %> --storage cluster',
    },
    {
      description: 'Show who uses the space from saved lists, without a cluster',
      command: '<%= config.bin %> <%= command.id %> --from lists',
    },
    {
      description: 'Compare other settings, for a script',
      command: '<%= config.bin %> <%= command.id %> --revisions 1,3,5 --ages 60m,96h -o json',
    },
  ];

  static override flags = {
    ...statusFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table', STREAMS),
    ...metricsFlags(['from']),
    from: fromFlag('show the space'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryStatus);
    assertWithoutCluster(flags, { ...NOT_WITH_FROM, fromSettings: this.fromSettings });
    const request = await statusRequest(flags);
    if (flags.report !== undefined) await reportFlag(flags.report);
    // A storage can have millions of blobs: collect garbage more often, as prune hard does.
    if (request.storage) setFlagsFromString('--optimize-for-size');
    const report = await this.ask(flags, request);
    this.measure(() => statusMetrics(report));
    if (flags.report !== undefined) {
      const { writeStatusPage } = await import('../../core/status/output/write-page.js');
      await writeStatusPage(flags.report, report);
      this.note(`wrote ${flags.report}`);
    }
    if (flags.output === 'json' || flags.output === 'yaml')
      for (const { what, message } of report.registry.unavailable) this.warning(`${what}: not shown: ${message}`);
    await this.present(report, flags, statusOutput);
  }
  private async ask(flags: FlagsOf<typeof RegistryStatus>, request: StatusRequest): Promise<RegistryStatusReport> {
    const { from } = flags;
    if (from === undefined) {
      const { registryStatus } = await import('../../core/status/status.js');
      return this.withCluster(flags, ({ api, reporter, signal }) => registryStatus(api, request, reporter, signal));
    }
    const { savedStatus } = await import('../../core/status/saved-status.js');
    return this.withSession(({ reporter }) => savedStatus(from, request, reporter));
  }
}
