import { BaseCommand } from '../../cli/base-command.js';
import { present } from '../../cli/present.js';
import { usageError } from '../../core/model/errors.js';
import { whyOutput } from '../../core/why/output/index.js';
import { clusterFlags } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { decisionFlags, pruneOptionsOf } from '../../flags/decision.js';

export default class PruneWhy extends BaseCommand {
  static override summary = 'Tell why an image is kept or pruned, and what would have to change';

  static override description = `Answers "why is this image not pruned?": where the image stands, who uses it, what prune images would do with it under the
same flags, and what would have to change for it to go; or, where it would go, what would keep it. Every such change was
tried out: the decision was made again with it. Nothing is changed in the cluster, and the registry is not needed.

An argument is sha256:… (its beginning is enough where it is unique), NAMESPACE/STREAM, NAMESPACE/STREAM:TAG or
NAMESPACE/STREAM@sha256:…. The namespace may be left out where only one stream has that name.`;

  static override usage = '<%= command.id %> IMAGE|NAMESPACE/STREAM[:TAG]… [FLAGS]';

  static override examples = [
    { description: 'One image', command: '<%= config.bin %> <%= command.id %> sha256:8c6b11ab3a2a' },
    { description: 'All that stands under a tag', command: '<%= config.bin %> <%= command.id %> myproject/myapp:v2' },
    {
      description: 'With the flags of the prune that is planned',
      command: '<%= config.bin %> <%= command.id %> shop/frontend --keep-tag-revisions=5 --keep-younger-than=96h',
    },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> myproject/myapp -o json' },
  ];

  static override strict = false;

  static override flags = {
    ...decisionFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.read(PruneWhy);
    const unknown = argv.find((argument) => argument.startsWith('-'));
    if (unknown !== undefined) throw usageError(`unknown flag: ${unknown}`, [this.usage]);
    if (argv.length === 0)
      throw usageError('which image? name one, or an image stream, or a tag', [
        'regadm prune why NAMESPACE/STREAM:TAG',
        'regadm prune why sha256:…',
      ]);
    const request = { ...(await pruneOptionsOf(flags)), arguments: argv };
    const { explain } = await import('../../core/why/explain.js');
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      explain(api, request, reporter, signal),
    );
    for (const line of report.warnings) this.warning(line);
    await present(report, flags.output, whyOutput);
  }
}
