import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { usageError } from '../../core/model/errors.js';
import type { WhyReport } from '../../core/why/explanation.js';
import { whyOutput } from '../../core/why/output/index.js';
import { clusterFlags } from '../../flags/cluster.js';
import { decisionFlags, pruneOptionsOf } from '../../flags/decision.js';
import { requestTimeoutFlag } from '../../flags/duration.js';
import { assertWithoutCluster, fromFlag } from '../../flags/from.js';
import { outputFlags } from '../../flags/output.js';
import { registryFlags } from '../../flags/registry.js';

const NOT_WITH_FROM = {
  others: [...Object.keys(registryFlags), 'require-visible-referrers'],
  why: 'it reads files, without a cluster and a registry',
};

export default class PruneWhy extends BaseCommand {
  static override summary = 'Explain why an image is kept or pruned, and what would have to change';

  static override description = `Answers "why is this image not pruned?": which tags list the image, what uses it, what prune images would do with it
under the same flags, and what would have to change for it to be deleted; or, if it would be deleted, what would keep it.
regadm verifies every suggested change by deciding again with it. Nothing is changed in the cluster. From the registry,
only manifests that can change the answer are read.

An argument is sha256:… (a unique prefix is enough), NAMESPACE/STREAM, NAMESPACE/STREAM:TAG or
NAMESPACE/STREAM@sha256:…. The namespace can be omitted if only one stream has that name. NAMESPACE/, with a slash at the
end, explains all image streams of a namespace.`;

  static override usage = '<%= command.id %> IMAGE|NAMESPACE/[STREAM[:TAG]]… [FLAGS]';

  static override page = 'why.md';

  static override examples = [
    { description: 'One image', command: '<%= config.bin %> <%= command.id %> sha256:8c6b11ab3a2a' },
    { description: 'All images of a tag', command: '<%= config.bin %> <%= command.id %> myproject/myapp:v2' },
    { description: 'All image streams of a namespace', command: '<%= config.bin %> <%= command.id %> myproject/' },
    {
      description: 'With the flags of the planned prune',
      command: '<%= config.bin %> <%= command.id %> shop/frontend --keep-tag-revisions=5 --keep-younger-than=96h',
    },
    {
      description: 'From saved lists, without a cluster',
      command: '<%= config.bin %> <%= command.id %> myproject/myapp --from lists',
    },
    { description: 'For a script', command: '<%= config.bin %> <%= command.id %> myproject/myapp -o json' },
  ];

  static override strict = false;

  static override flags = {
    ...decisionFlags,
    ...registryFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table'),
    from: fromFlag('explain'),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.read(PruneWhy);
    const unknown = argv.find((argument) => argument.startsWith('-'));
    if (unknown !== undefined) throw usageError(`unknown flag: ${unknown}`, [this.usage]);
    if (argv.length === 0)
      throw usageError('specify an image, image stream or tag', [
        'regadm prune why NAMESPACE/',
        'regadm prune why NAMESPACE/STREAM:TAG',
        'regadm prune why sha256:…',
      ]);
    const report =
      flags.from === undefined ? await this.ask(flags, argv) : await this.askSaved(flags, argv, flags.from);
    for (const line of report.warnings) this.warning(line);
    await this.present(report, flags, whyOutput);
  }

  private async ask(flags: FlagsOf<typeof PruneWhy>, argv: string[]): Promise<WhyReport> {
    const { registryOptions } = await import('../../flags/registry-options.js');
    const registry = {
      ...(await registryOptions(flags)),
      workers: 1,
      requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']),
    };
    const request = { ...(await pruneOptionsOf(flags)), arguments: argv, registry };
    const { explain } = await import('../../core/why/explain.js');
    return this.withCluster(flags, ({ api, reporter, signal }) => explain(api, request, reporter, signal));
  }

  private async askSaved(flags: FlagsOf<typeof PruneWhy>, argv: string[], from: string): Promise<WhyReport> {
    assertWithoutCluster(flags, { ...NOT_WITH_FROM, fromSettings: this.fromSettings });
    if (flags.referrers === 'all')
      throw usageError('--from cannot be specified with --referrers=all: the files do not show every resource');
    const request = { ...(await pruneOptionsOf(flags)), arguments: argv };
    const { explainSaved } = await import('../../core/why/explain-saved.js');
    return this.withSession(({ reporter }) => explainSaved(from, request, reporter));
  }
}
