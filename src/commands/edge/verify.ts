import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import type { ClusterOptions } from '../../core/cluster/connection/kubeconfig.js';
import { NAMES } from '../../core/edge/render/registry-objects.js';
import { pathProblem } from '../../core/edge/text-problems.js';
import { edgeVerifyOutput } from '../../core/edge/verify/output.js';
import { verifyEdge, type Clusters, type VerifyRequest } from '../../core/edge/verify/verify.js';
import { EXIT, usageError } from '../../core/model/errors.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { requestTimeoutFlag, timeoutFlag } from '../../flags/duration.js';
import { CHECKS } from '../../core/edge/verify/main-table.js';
import { outputFlags } from '../../flags/output.js';
import { registryOptions } from '../../flags/registry-options.js';

// Here, --cluster is the name of the managed cluster on the hub.
const { cluster: _kubeconfigCluster, ...managedFlags } = clusterFlags;

export default class EdgeVerify extends BaseCommand {
  static override summary = 'Check the registry of an edge site on the live clusters';

  static override description = `On the hub (--hub-kubeconfig, --cluster): compares the configuration of each BareMetalHost with the rendered one
(--butane, --ignition, or the hub's ClusterInstance), by meaning and not by text.

On the managed cluster: checks the registry's Config, the cluster's image configuration, claim and volume, the registry's pods, and a
login. With --node-check, a privileged pod checks the mount and its free space on the registry's node; it is created without --confirm,
and deleted afterward. The kubeconfig of the managed cluster is the secret NAME-admin-kubeconfig on the hub, unless --kubeconfig is given.`;

  static override page = 'edge.md';

  static override exitStatuses = {
    0: 'no check failed',
    1: 'an error, or a check could not be done',
    2: 'a check failed',
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
      description: 'The managed cluster only, for a script',
      command: '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --path /var/imageregistry -o json',
    },
    {
      description: 'Through the public route of the registry',
      command:
        '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --registry-url registry.apps.sno-1.example.com --certificate-authority ingress-ca.pem --timeout 5m',
    },
  ];

  static override flags = {
    'hub-kubeconfig': Flags.string({
      helpValue: 'FILE',
      dependsOn: ['cluster'],
      description: 'kubeconfig of the hub (default: only the managed cluster is checked)',
    }),
    'hub-context': Flags.string({
      helpValue: 'NAME',
      dependsOn: ['hub-kubeconfig'],
      description: "context in the hub's kubeconfig (default: its current context)",
    }),
    cluster: Flags.string({
      helpValue: 'NAME',
      dependsOn: ['hub-kubeconfig'],
      description: 'name of the managed cluster on the hub',
    }),
    butane: Flags.string({
      helpValue: 'FILE',
      exclusive: ['ignition'],
      dependsOn: ['hub-kubeconfig'],
      description: 'Butane file that the site was rendered from',
    }),
    ignition: Flags.string({
      helpValue: 'FILE',
      exclusive: ['butane'],
      dependsOn: ['hub-kubeconfig'],
      description: 'rendered Ignition file',
    }),
    path: Flags.string({
      helpValue: 'PATH',
      default: NAMES.path,
      description: "mount point of the registry's partition",
    }),
    'node-check': Flags.boolean({ description: 'check the mount on the node with a privileged debug pod' }),
    timeout: Flags.string({ helpValue: 'DURATION', default: '2m', description: 'timeout of the debug pod' }),
    'registry-url': Flags.string({
      helpGroup: 'REGISTRY',
      helpValue: 'URL',
      description: "registry address (default: the cluster's name for the registry, then its public route)",
    }),
    'certificate-authority': Flags.string({
      helpGroup: 'REGISTRY',
      helpValue: 'FILE',
      description: "PEM file with the authority that signed the registry's certificate",
    }),
    ...outputFlags(['table', 'json', 'yaml'], 'table', CHECKS),
    ...managedFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(EdgeVerify);
    const request = await verifyRequest(flags);
    const report = await this.withSession((session) => verifyEdge(request, this.clusters(flags), session));
    await this.present(report, flags, edgeVerifyOutput);
    const { failed, notChecked } = report.summary;
    if (failed > 0) process.exitCode = notChecked > 0 ? EXIT.error : EXIT.found;
  }

  private clusters({ cluster: _managedCluster, ...flags }: FlagsOf<typeof EdgeVerify>): Clusters {
    const open = async (options: ClusterOptions): Promise<ClusterApi> =>
      this.announce(await (await import('../../core/cluster/index.js')).openCluster(options, this.logAt));
    const { 'hub-kubeconfig': kubeconfig, 'hub-context': context, 'request-timeout': timeout } = flags;
    return {
      openHub: () => open(clusterOptions({ kubeconfig, context, 'request-timeout': timeout })),
      openManaged: (kubeconfigText) => open({ ...clusterOptions(flags), kubeconfigText }),
    };
  }
}

/** Converts the flags to a request. @throws RegadmError (USAGE) that names the flag */
async function verifyRequest(flags: FlagsOf<typeof EdgeVerify>): Promise<VerifyRequest> {
  const { cluster, butane, ignition, path } = flags;
  const problem = pathProblem(path);
  if (problem) throw usageError(`--path: ${problem}`);
  const timeoutMs = timeoutFlag('timeout', flags.timeout);
  const registry = await registryOptions(flags);
  const kubeconfigFrom = flags.kubeconfig === undefined ? 'hub' : 'user';
  return {
    hub: cluster === undefined ? undefined : { cluster, rendered: { butane, ignition }, kubeconfigFrom },
    path,
    registry: { ...registry, requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']), workers: 1 },
    nodeCheck: flags['node-check'],
    timeoutMs,
  };
}
