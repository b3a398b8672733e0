import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import type { ClusterOptions } from '../../core/cluster/connection/kubeconfig.js';
import { fleetOutputFor, fleetSummary, reportOf } from '../../core/edge/verify/fleet/output.js';
import { verifyFleet, type Fleet, type FleetRequest } from '../../core/edge/verify/fleet/verify-fleet.js';
import { withHubFlags } from '../../core/edge/verify/hub-advice.js';
import { edgeVerifyOutput } from '../../core/edge/verify/output.js';
import type { ClusterEntry } from '../../core/edge/verify/report.js';
import { verifyEdge, type Clusters } from '../../core/edge/verify/verify.js';
import type { Reporter } from '../../core/kit/reporter.js';
import { NOT_IMPERSONATED } from '../../core/model/advice.js';
import { EXIT } from '../../core/model/errors.js';
import { edgeVerifyFlags, edgeVerifyRequest, hubOptions, managedOptions } from '../../flags/edge-verify.js';

export default class EdgeVerify extends BaseCommand {
  static override summary = 'Check the registries of edge sites on the live clusters';

  static override description = `On the hub (--hub-kubeconfig, --cluster): compares the configuration of each BareMetalHost with the rendered one
(--butane, --ignition, or the hub's ClusterInstance), by meaning and not by text.

On the managed cluster: checks the registry's Config, the cluster's image configuration, claim and volume, the registry's pods, and a
login. With --node-check, a privileged pod checks the mount and its free space on the registry's node; it is created without --confirm,
and deleted afterward. The kubeconfig of the managed cluster is the secret NAME-admin-kubeconfig on the hub, unless --kubeconfig is given.

--all and --selector check all managed clusters of the hub, or those with the given labels, and print one line per cluster as soon as it
is checked; --sort-by CLUSTER prints them at the end, and -o wide prints all checks. A cluster that does not answer within --timeout fails, and the others do not wait for it.`;

  static override page = 'edge.md';

  static override exitStatuses = {
    0: 'no check failed',
    1: 'an error, or a check could not be done',
    2: 'a check failed; with --all and --selector also if it could not be done',
  };

  static override examples = [
    {
      description: 'Everything, with a check of the mount on the node',
      command:
        '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --cluster sno-1 --butane storage.bu --node-check',
    },
    {
      description: 'Compare with an Ignition file, through a context of the hub',
      command:
        '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --hub-context admin --cluster sno-1 --ignition site/ignition.json',
    },
    {
      description: 'All managed clusters of the hub, one line each',
      command: '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --all',
    },
    {
      description: 'All checks of the managed clusters with these labels, up to 16 clusters at the same time',
      command:
        '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --selector region=north,env!=test --parallel 16 --timeout 1m -o wide',
    },
    {
      description: 'The managed cluster only, for a script',
      command: '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --path /var/imageregistry -o json',
    },
    {
      description: 'Through the public route of the registry',
      command:
        '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --registry-url registry.apps.sno-1.example.com --certificate-authority ingress-ca.pem --timeout 5m',
    },
  ];

  static override flags = edgeVerifyFlags;

  async run(): Promise<void> {
    const { flags } = await this.read(EdgeVerify);
    const request = await edgeVerifyRequest(flags);
    if ('fleet' in request) return this.verifyFleet(request.fleet, flags);
    const clustersFor = (reporter: Reporter): Clusters => ({
      openHub: () => this.openHub(flags, reporter),
      openManaged: async (kubeconfig) => {
        const options = { ...managedOptions(flags), kubeconfigText: kubeconfig?.text };
        return this.announce(await openCluster(options, reporter), kubeconfig?.source);
      },
    });
    const report = await this.withSession((session) =>
      verifyEdge(request.site, clustersFor(session.reporter), session),
    );
    await this.present(report, flags, edgeVerifyOutput);
    const { failed, notChecked } = report.summary;
    if (failed > 0) process.exitCode = notChecked > 0 ? EXIT.error : EXIT.found;
  }

  private async verifyFleet(request: FleetRequest, flags: FlagsOf<typeof EdgeVerify>): Promise<void> {
    const openManaged: Fleet['openManaged'] = async (kubeconfigText, reporter) => {
      const api = await openCluster({ ...managedOptions(flags), kubeconfigText }, reporter);
      this.header.count(api);
      reporter.log(1, `server: ${api.server}`);
      return api;
    };
    if (flags.as !== undefined) this.warning(NOT_IMPERSONATED(flags.as));
    const isSorted = flags.output !== 'table' || flags['sort-by'] !== undefined;
    const output = fleetOutputFor(flags);
    const finished = (entry: ClusterEntry): Promise<void> => this.present(reportOf(entry), flags, output);
    const { report, interruption } = await this.withSession(async (session) => {
      const fleet = { openHub: () => this.openHub(flags, session.reporter), openManaged };
      return {
        report: await verifyFleet(request, fleet, { ...session, ...(!isSorted && { finished }) }),
        interruption: session.signal.reason as Error | undefined,
      };
    });
    if (isSorted) await this.present(report, flags, output);
    this.note(fleetSummary(report));
    if (report.summary.failed > 0) process.exitCode = EXIT.found;
    if (interruption) await this.fail(interruption);
  }

  private async openHub(flags: FlagsOf<typeof EdgeVerify>, reporter: Reporter): Promise<ClusterApi> {
    try {
      return this.announce(await openCluster(hubOptions(flags), reporter));
    } catch (error) {
      throw withHubFlags(error);
    }
  }
}

async function openCluster(options: ClusterOptions, reporter: Reporter): Promise<ClusterApi> {
  return (await import('../../core/cluster/index.js')).openCluster(options, reporter.log, reporter);
}
