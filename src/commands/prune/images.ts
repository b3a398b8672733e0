import { BaseCommand } from '../../cli/base-command.js';
import { toExitStatus } from '../../core/prune/exit-status.js';
import { unlistedFailures } from '../../core/prune/output/unlisted-failures.js';
import { hintsFor } from '../../core/prune/output/hints.js';
import { imagePruneOutput } from '../../core/prune/output/index.js';
import { imagePruneMetrics } from '../../core/prune/output/metrics.js';
import { keptLines } from '../../core/prune/output/kept.js';
import { stderr, stdout } from '../../core/terminal/writer.js';
import { pruneImagesFlags, toImagePruneRequest } from '../../flags/prune-images.js';

export default class PruneImages extends BaseCommand {
  static override summary = 'Delete old tag items, unused images, and their data in the registry';
  static override description = `Deletes old items from the tags of image streams, images that no tag item lists and nothing uses, and their links and blobs in the integrated registry. Without --confirm, this is a dry run and nothing is changed. Deletions cannot be undone without --backup, from which regadm restore brings images back. Flags of oc adm prune images have the same meaning.`;

  static override page = 'first-prune.md';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to delete',
    3: 'something was not deleted, or was kept because it could not be read',
    4: 'refused, such as by --max-delete; nothing was changed',
  };

  static override examples = [
    {
      description:
        'Show what would be deleted with the defaults (keep 3 revisions per tag, and everything younger than 60 minutes)',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'Keep five revisions per tag and everything younger than four days, and actually delete the rest',
      command: '<%= config.bin %> <%= command.id %> --keep-tag-revisions=5 --keep-younger-than=96h --confirm',
    },
    {
      description: 'Show the images that are larger than the limits of their namespaces',
      command: '<%= config.bin %> <%= command.id %> --prune-over-size-limit',
    },
    {
      description: 'In a script: print one JSON document, and exit with status 2 if there is something to delete',
      command: '<%= config.bin %> <%= command.id %> -o json --detailed-exitcode',
    },
    {
      description: 'Delete, and write metrics for Prometheus',
      command: '<%= config.bin %> <%= command.id %> --confirm --metrics-file regadm.prom',
    },
    {
      description: 'Delete, then check that the images that were kept can still be pulled',
      command: '<%= config.bin %> <%= command.id %> --confirm --verify',
    },
    { description: 'Write the plan to a file', command: '<%= config.bin %> <%= command.id %> --plan-out plan.json' },
    {
      description: 'Apply that plan later, but never delete more than a quarter of all images',
      command: '<%= config.bin %> <%= command.id %> --plan plan.json --max-delete=25% --confirm',
    },
  ];

  static override flags = pruneImagesFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(PruneImages);
    const request = await toImagePruneRequest(flags);
    const { planFromFiles, planOnly, pruneImages, toPrunePorts } = await import('../../core/prune/index.js');
    const { from, confirm } = flags;
    const report =
      from === undefined
        ? await this.withCluster(flags, ({ api, reporter, signal }) =>
            (confirm ? pruneImages : planOnly)(toPrunePorts(api), request, reporter, signal),
          )
        : await this.withSession(({ reporter }) => planFromFiles(from, request, reporter));
    this.measure(() => imagePruneMetrics(report));
    if (this.verbosity >= 4) await stderr().lines(keptLines(report.plan));
    await this.present(report, flags, imagePruneOutput);
    await stderr().lines(unlistedFailures(report, flags.output, stdout().isIncomplete));
    for (const hint of hintsFor(report)) this.note(`hint: ${hint}`);
    process.exitCode = toExitStatus(report, flags['detailed-exitcode'] ?? false);
    if (report.refusal) await this.fail(report.refusal);
  }
}
