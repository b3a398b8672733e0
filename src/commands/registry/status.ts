import { setFlagsFromString } from 'node:v8';
import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { present } from '../../cli/present.js';
import { statusMetrics } from '../../core/status/output/metrics.js';
import { statusOutput } from '../../core/status/output/index.js';
import { clusterFlags } from '../../flags/cluster.js';
import { metricsFlags } from '../../flags/metrics.js';
import { outputFlags } from '../../flags/output.js';
import { statusFlags, statusRequest } from '../../flags/status.js';

export default class RegistryStatus extends BaseCommand {
  static override summary = 'Show the registry, who uses its space, and what a prune would free';

  static override description = `Shows the registry's storage, mode, replicas, routes, cache and conditions; images and bytes by namespace and by image stream, unique and shared; and what prune images would free with other settings.

Changes nothing and does not contact the registry: bytes are what Image objects state. With --storage, it also measures the registry's storage itself: bytes as stored, how much of it is in use, what prune hard would delete, and unfinished uploads. Parts that the user cannot read are omitted and listed. --report also writes a self-contained web page with plots.`;

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
      description: 'Compare other settings, for a script',
      command: '<%= config.bin %> <%= command.id %> --revisions 1,3,5 --ages 60m,96h -o json',
    },
  ];

  static override flags = {
    report: Flags.string({ helpValue: 'FILE.html', description: 'also write a self-contained web page with plots' }),
    ...statusFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table'),
    ...metricsFlags(),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryStatus);
    const request = await statusRequest(flags);
    // A storage can have millions of blobs: collect garbage more often, as prune hard does.
    if (request.storage) setFlagsFromString('--optimize-for-size');
    const { registryStatus } = await import('../../core/status/status.js');
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      registryStatus(api, request, reporter, signal),
    );
    this.measure(() => statusMetrics(report));
    if (flags.report !== undefined) {
      const { writeStatusPage } = await import('../../core/status/output/write-page.js');
      await writeStatusPage(flags.report, report);
      this.note(`wrote ${flags.report}`);
    }
    if (flags.output === 'json' || flags.output === 'yaml')
      for (const { what, message } of report.registry.unavailable) this.warning(`${what}: not shown: ${message}`);
    await present(report, flags, statusOutput);
  }
}
