import { BaseCommand } from '../../cli/base-command.js';
import { pullsOutput } from '../../core/pulls/output.js';
import { clusterFlags } from '../../flags/cluster.js';
import { PULLS } from '../../core/pulls/main-table.js';
import { outputFlags } from '../../flags/output.js';
import { pullsFlags, pullsRequest } from '../../flags/pulls.js';

export default class RegistryPulls extends BaseCommand {
  static override summary = "Record from the registry's logs when images were pulled";

  static override description = `Reads the logs of all registry pods, or log files, and writes for each repository and each digest or tag when its manifest was requested successfully for the last time; and for which period the logs were complete. User names and addresses are not stored. Changes nothing in the cluster, and needs the permission to read pods/log in openshift-image-registry.

A pod's log ends with the pod: run it regularly with --merge, which continues the file. HEAD requests count as checks, not as pulls. Requests of health checks, of regadm itself and of openshift-apiserver do not count.`;

  static override page = 'pulls.md';

  static override examples = [
    {
      description: "Read the logs of the registry's pods",
      command: '<%= config.bin %> <%= command.id %> --out pulls.json',
    },
    {
      description: 'Continue the file every night',
      command: '<%= config.bin %> <%= command.id %> --merge --out pulls.json',
    },
    {
      description: 'Read what a log store has of the last 30 days',
      command: '<%= config.bin %> <%= command.id %> --logs registry.json.gz --since 30d --out pulls.json',
    },
    {
      description: 'Read logs from stdin',
      command:
        'oc logs -n openshift-image-registry deploy/image-registry | <%= config.bin %> <%= command.id %> --logs - --out pulls.json',
    },
  ];

  static override flags = {
    ...pullsFlags,
    ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table', PULLS),
    ...clusterFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(RegistryPulls);
    const request = await pullsRequest(flags);
    const { collectPulls } = await import('../../core/pulls/collect-pulls.js');
    const now = Date.now();
    const report =
      request.logs.length > 0
        ? await this.withSession((session) => collectPulls(request, { ...session, api: undefined, now }))
        : await this.withCluster(flags, (session) => collectPulls(request, { ...session, now }));
    await this.present(report, flags, pullsOutput);
  }
}
