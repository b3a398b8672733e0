import { Flags } from '@oclif/core';
import { BaseCommand } from '../../cli/base-command.js';
import { presentObjectPrune } from '../../cli/present-object-prune.js';
import { deploymentPruneOutput } from '../../core/deployments/output/index.js';
import { objectPruneMetrics } from '../../core/object-prune/output/metrics.js';
import { objectPruneFlags, toObjectPruneRequest } from '../../flags/object-prune.js';

export default class PruneDeployments extends BaseCommand {
  static override summary = 'Delete old replication controllers and replica sets';
  static override description = `Deletes replication controllers without replicas that DeploymentConfigs left behind, except for the newest ones; with --replica-sets, also replica sets of Deployments. They keep the images of former revisions, so they are pruned before images. A revision that was deleted can no longer be rolled back to. Without --confirm, this is a dry run and nothing is changed. Flags of oc adm prune deployments have the same meaning.`;

  static override page = 'builds-and-deployments.md';

  static override exitStatuses = {
    2: 'with --detailed-exitcode, a dry run found something to delete',
    3: 'something was not deleted',
    4: 'refused, such as by --max-delete; nothing was changed',
  };

  static override examples = [
    {
      description:
        'Show what would be deleted with the defaults (keep 5 complete and 1 failed one of every DeploymentConfig, and everything younger than 60 minutes)',
      command: '<%= config.bin %> <%= command.id %>',
    },
    {
      description: 'In a script: print one JSON document, and exit with status 2 if there is something to delete',
      command: '<%= config.bin %> <%= command.id %> -o json --detailed-exitcode',
    },
    {
      description: 'Also prune the replica sets of Deployments, and actually delete',
      command: '<%= config.bin %> <%= command.id %> --replica-sets --keep-complete=3 --confirm',
    },
    {
      description: 'Also delete those whose DeploymentConfig no longer exists, in one namespace',
      command: '<%= config.bin %> <%= command.id %> --orphans -n ci',
    },
    {
      description: 'Delete at most a tenth of all, and write a line for each to a file',
      command: '<%= config.bin %> <%= command.id %> --max-delete=10% --audit-log audit.jsonl --confirm',
    },
  ];

  static override flags = {
    ...objectPruneFlags({
      things: 'deployments',
      perOwner: 'of every DeploymentConfig and Deployment',
      failed: 'failed deployments',
      orphans: 'also delete those that are complete or failed and whose owner does not exist',
      rules:
        'also keep the current revision, the revisions of an owner that was deleted and created again, and what other controllers manage',
    }),
    'replica-sets': Flags.boolean({
      helpGroup: 'WHAT TO PRUNE',
      allowNo: true,
      description: 'also prune the replica sets of Deployments (default: false)',
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.read(PruneDeployments);
    const replicaSets = flags['replica-sets'] ?? false;
    const request = toObjectPruneRequest(flags, 'deployments', replicaSets);
    const { deploymentPrune } = await import('../../core/deployments/feature.js');
    const { planObjects, pruneObjects, toObjectPrunePorts } = await import('../../core/object-prune/index.js');
    const prune = flags.confirm ? pruneObjects : planObjects;
    const report = await this.withCluster(flags, ({ api, reporter, signal }) =>
      prune({ feature: deploymentPrune(replicaSets), ports: toObjectPrunePorts(api), request }, reporter, signal),
    );
    this.measure(() => objectPruneMetrics(report));
    process.exitCode = await presentObjectPrune(report, deploymentPruneOutput, {
      ...this.presentation(flags),
      verbosity: this.verbosity,
      detailed: flags['detailed-exitcode'] ?? false,
    });
    if (report.refusal) await this.fail(report.refusal);
  }
}
