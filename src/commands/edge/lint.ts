import { Args } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { lintFiles } from '../../core/edge/lint/lint.js';
import { edgeLintOutput } from '../../core/edge/lint/output.js';
import { EXIT } from '../../core/model/errors.js';
import { FINDINGS } from '../../core/edge/lint/main-table.js';
import { outputFlags } from '../../flags/output.js';

export default class EdgeLint extends BaseCommand {
  static override summary = 'Check the files of an edge site against each other';

  static override description = `Reads Butane and Ignition files, SiteConfig, ClusterInstance, PolicyGenTemplate, PolicyGenerator, StorageClass,
PersistentVolume, PersistentVolumeClaim, MachineConfig and the registry Config. Reports what does not match: mount point and volume
path, sizes of partition, volume and claim, names of class and claim, access modes, disk names that change at a boot, waves, and
mustonlyhave. Each finding has its file, line, rule and remedy. If there are policies, source files count only if a policy names them.`;

  static override page = 'edge.md';

  static override exitStatuses = {
    0: 'no errors (warnings are allowed)',
    1: 'a document has errors, or cannot be read',
  };

  static override examples = [
    {
      description: 'Some files',
      command: '<%= config.bin %> <%= command.id %> storage.bu siteconfig.yaml policygentemplate.yaml',
    },
    {
      description: 'All files of a site, for a script',
      command: '<%= config.bin %> <%= command.id %> site/*.yaml site/source-crs/*/*.yaml -o json',
    },
  ];

  static override strict = false;

  static override args = {
    file: Args.string({
      name: 'FILE',
      ignoreStdin: true,
      required: true,
      description: 'files to check, one or more (-: standard input)',
    }),
  };

  static override flags = { ...outputFlags(['table', 'json', 'yaml'], 'table', FINDINGS) };

  async run(): Promise<void> {
    const { flags, argv: names } = await this.read(EdgeLint);
    const report = await lintFiles(names);
    await this.present(report, flags, edgeLintOutput);
    if (report.summary.errors > 0) process.exitCode = EXIT.error;
  }
}
