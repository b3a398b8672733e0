import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { outputFlags } from '../../flags/output.js';
import { EXIT } from '../../core/model/errors.js';
import { readText } from '../../core/edge/files/read.js';
import { lint } from '../../core/edge/lint/lint.js';
import { lintReport } from '../../core/edge/lint/report.js';
import { documentText } from '../../core/terminal/document.js';
import { lintText } from '../../core/edge/text.js';

export default class EdgeLint extends BaseCommand {
  static override summary = 'Check the files of a registry at the edge against each other';

  static override description = `Reads Butane and Ignition files, SiteConfig, ClusterInstance, PolicyGenTemplate, StorageClass, PersistentVolume, PersistentVolumeClaim and the registry Config, and reports what does not fit together: the volume's path and the mount, sizes of partition, volume and claim, names of class and claim, access modes, disks named in a way that changes with a boot, waves, and mustonlyhave. Each finding has its file, line, rule and remedy.

Exit status: 0 when all fits (warnings included), 1 when there is an error.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %> storage.bu siteconfig.yaml policygentemplate.yaml',
    '<%= config.bin %> <%= command.id %> site/*.yaml site/source-crs/*.yaml -o json',
  ];

  static override strict = false;

  static override args = {
    file: Args.string({
      name: 'FILE',
      required: true,
      description: 'files to check, one or more (- for standard input)',
    }),
  };

  static override flags = { ...outputFlags(['table', 'json', 'yaml'], 'table') };

  async run(): Promise<void> {
    const { flags, argv: names } = await this.read(EdgeLint);
    const files = await Promise.all(names.map(async (name) => ({ name, text: await readText(name) })));
    const report = lintReport(names, lint(files));
    this.print(flags.output === 'table' ? lintText(report) : await documentText(flags.output, report));
    if (report.summary.errors > 0) process.exitCode = EXIT.error;
  }
}
