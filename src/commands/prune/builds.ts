import { BaseCommand } from '../../cli/base-command.js';
import { presentObjectPrune } from '../../cli/present-object-prune.js';
import { buildPruneOutput } from '../../core/builds/output/index.js';
import { objectPruneMetrics } from '../../core/object-prune/output/metrics.js';
import { objectPruneFlags, toObjectPruneRequest } from '../../flags/object-prune.js';

export default class PruneBuilds extends BaseCommand {
  static override summary = 'Delete old builds';
  static override description = `Deletes builds that have ended (Complete, Failed, Error, Cancelled), except for the newest ones of every BuildConfig. Builds keep the images that they used and pushed, so they are pruned before images. Without --confirm, this is a dry run and nothing is changed. Flags of oc adm prune builds have the same meaning.`;

  static override page = 'builds-and-deployments.md';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to delete',
    3: 'something was not deleted',
    4: 'refused, such as by --max-delete; nothing was changed',
  };

  static override examples = [
    {
      description:
        'Show what would be deleted with the defaults (keep 5 complete builds and 1 failed build of every BuildConfig, and everything younger than 60 minutes)',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'In a script: print one JSON document, and exit with status 2 if there is something to delete',
      command: '<%= config.bin %> <%= command.id %> -o json --detailed-exitcode',
    },
    {
      description: 'Keep only the newest complete build, and actually delete the rest',
      command: '<%= config.bin %> <%= command.id %> --keep-complete=1 --keep-failed=0 --confirm',
    },
    {
      description: 'Also delete builds whose BuildConfig no longer exists, in one namespace',
      command: '<%= config.bin %> <%= command.id %> --orphans -n ci',
    },
    {
      description: 'Delete at most 100 builds, and write a line for each to a file',
      command: '<%= config.bin %> <%= command.id %> --max-delete=100 --audit-log audit.jsonl --confirm',
    },
  ];

  static override flags = objectPruneFlags({
    things: 'builds',
    perOwner: 'of every BuildConfig',
    failed: 'failed builds (Failed, Error or Cancelled)',
    orphans: 'also delete builds that have ended and have no BuildConfig, or whose BuildConfig does not exist',
    rules:
      'also keep the builds of a BuildConfig that was deleted and created again, and what other controllers manage',
  });

  async run(): Promise<void> {
    const { flags } = await this.read(PruneBuilds);
    const request = toObjectPruneRequest(flags, 'builds');
    const { BUILD_PRUNE } = await import('../../core/builds/feature.js');
    const { planObjects, pruneObjects, toObjectPrunePorts } = await import('../../core/object-prune/index.js');
    const prune = flags.confirm ? pruneObjects : planObjects;
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      prune({ feature: BUILD_PRUNE, ports: toObjectPrunePorts(api), request }, reporter, signal),
    );
    this.measure(() => objectPruneMetrics(report));
    process.exitCode = await presentObjectPrune(report, buildPruneOutput, {
      ...this.presentation(flags),
      verbosity: this.verbosity,
      detailed: flags['detailed-exitcode'] ?? false,
    });
    if (report.refusal) await this.fail(report.refusal);
  }
}
