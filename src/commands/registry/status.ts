import { writeFile } from 'node:fs/promises';
import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { durationFlag } from '../../core/model/duration.js';
import { RegadmError, messageOf, usageError } from '../../core/model/errors.js';
import type { StatusRequest } from '../../core/status/status.js';
import type { RegistryStatusReport } from '../../core/status/report.js';
import { clusterFlags, outputFlags } from '../../flags/shared.js';

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
    const [{ openCluster }, { registryStatus }, { createProgress }, { interruptible }] = await Promise.all([
      import('../../core/cluster/index.js'),
      import('../../core/status/status.js'),
      import('../../core/terminal/progress.js'),
      import('../../cli/interrupt.js'),
    ]);
    const progress = createProgress(process.stderr);
    const api = await openCluster(flags, (level, line) => void (level <= this.verbosity && progress.log(line)));
    let report: RegistryStatusReport;
    try {
      progress.phase('listing');
      report = await interruptible(
        (signal) => registryStatus(api, request, { tick: (count) => progress.tick(count), signal }),
        { note: (line) => progress.log(line) },
      );
    } finally {
      progress.done();
      await api.close();
    }
    if (flags.report !== undefined) await this.writeReport(flags.report, report);
    await this.printReport(report, flags.output);
  }

  private async writeReport(file: string, report: RegistryStatusReport): Promise<void> {
    const { statusPage } = await import('../../core/status/output/page.js');
    await writeFile(file, statusPage(report)).catch((cause: unknown) => {
      throw new RegadmError(`cannot write --report ${file}: ${messageOf(cause)}`, { code: 'REPORT_FILE', cause });
    });
    this.note(`wrote ${file}`);
  }

  private async printReport(report: RegistryStatusReport, format: string): Promise<void> {
    if (format === 'json' || format === 'yaml') {
      for (const { what, message } of report.registry.unavailable) this.warning(`${what}: not shown: ${message}`);
      const { documentText } = await import('../../core/terminal/document.js');
      const { statusDocument } = await import('../../core/status/output/document.js');
      return this.print(await documentText(format, statusDocument(report)));
    }
    const [{ statusPieces }, { writeAll }, { terminalWidth, wantsColor }] = await Promise.all([
      import('../../core/status/output/table.js'),
      import('../../core/terminal/write.js'),
      import('../../core/terminal/color.js'),
    ]);
    const options = { color: wantsColor(process.stdout), width: terminalWidth(process.stdout) };
    await writeAll(process.stdout, statusPieces(report, format === 'wide', options));
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
