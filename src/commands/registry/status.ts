import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { present } from '../../cli/present.js';
import { durationFlag } from '../../flags/duration.js';
import { usageError } from '../../core/model/errors.js';
import type { StatusRequest } from '../../core/status/status.js';
import { statusOutput } from '../../core/status/output/index.js';
import { clusterFlags } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';

/** More settings than a table or a plot can show. */
const MOST_SETTINGS = 20;

export default class RegistryStatus extends BaseCommand {
  static override summary = 'Show the registry, who uses its space, and what a prune would free';

  static override description = `Shows the registry's storage, mode, replicas, routes, cache and conditions; images and bytes by namespace and by image
stream, shared and unique; and what prune images would free with other settings. Changes nothing, and does not ask the
registry: bytes are what image objects state. What the user may not read is left out and named.

--report writes the same as one web page with plots, which needs nothing else and opens from disk.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --report status.html',
    '<%= config.bin %> <%= command.id %> --revisions 1,3,5 --ages 60m,96h -o json',
  ];

  static override flags = {
    report: Flags.string({
      helpValue: 'FILE.html',
      description: 'write a self-contained web page with plots to this file',
    }),
    revisions: Flags.string({
      helpValue: 'N,…',
      default: '0,1,2,3,5,10',
      description: 'the values of --keep-tag-revisions that are tried',
    }),
    ages: Flags.string({
      helpValue: 'DURATION,…',
      default: '0,60m,24h,96h,168h,720h',
      description: 'the values of --keep-younger-than that are tried',
    }),
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryStatus);
    const request = requestOf(flags);
    const { registryStatus } = await import('../../core/status/status.js');
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      registryStatus(api, request, reporter, signal),
    );
    if (flags.report !== undefined) {
      const { writeStatusPage } = await import('../../core/status/output/write-page.js');
      await writeStatusPage(flags.report, report);
      this.note(`wrote ${flags.report}`);
    }
    if (flags.output === 'json' || flags.output === 'yaml')
      for (const { what, message } of report.registry.unavailable) this.warning(`${what}: not shown: ${message}`);
    await present(report, flags.output, statusOutput);
  }
}

/** @throws RegadmError USAGE */
function requestOf(flags: FlagsOf<typeof RegistryStatus>): StatusRequest {
  const revisions = flags.revisions.split(',').map((text) => {
    if (!/^\d{1,6}$/.test(text.trim()))
      throw usageError(`invalid argument "${text}" for "--revisions": not a whole number`, ['write them as 0,1,3,5']);
    return Number(text);
  });
  const ages = flags.ages.split(',').map((text) => ({ text: text.trim(), ms: durationFlag('ages', text.trim()) }));
  if (Math.max(revisions.length, ages.length) > MOST_SETTINGS)
    throw usageError(`--revisions and --ages take at most ${MOST_SETTINGS} values each`);
  return {
    revisions: [...new Set(revisions)].sort((a, b) => a - b),
    ages: ages.filter(({ ms }, at) => ages.findIndex((other) => other.ms === ms) === at).sort((a, b) => a.ms - b.ms),
  };
}
