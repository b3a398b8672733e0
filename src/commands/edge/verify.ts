import { Flags } from '@oclif/core';
import { BaseCommand, type FlagsOf } from '../../cli/base-command.js';
import { clusterFlags, clusterOptions } from '../../flags/cluster.js';
import { outputFlags } from '../../flags/output.js';
import { EXIT, usageError } from '../../core/model/errors.js';
import { timeoutFlag } from '../../flags/duration.js';
import type { RegistryOptions } from '../../flags/registry-options.js';
import type { ClusterApi } from '../../core/cluster/api.js';
import type { IgnitionConfig } from '../../core/edge/ignition/config.js';
import { NAMES } from '../../core/edge/render/registry-objects.js';
import { pathProblem } from '../../core/edge/text-problems.js';
import { attempt, checker, type EdgeCheck } from '../../core/edge/verify/check.js';
import { expectedConfig } from '../../core/edge/verify/expected.js';
import { verifyReport } from '../../core/edge/verify/report.js';
import { verifyHub, verifyManaged } from '../../core/edge/verify/verify.js';
import { registryOpener } from '../../core/edge/verify/open-registry.js';
import { interruptible } from '../../cli/interrupt.js';
import { edgeVerifyOutput } from '../../core/edge/verify/output.js';
import { present } from '../../cli/present.js';

// --cluster is the managed cluster here, as it is called on the hub.
const { cluster: _kubeconfigCluster, ...managedFlags } = clusterFlags;

export default class EdgeVerify extends BaseCommand {
  static override summary = 'Check a registry at the edge on the live clusters';

  static override description = `On the hub (--hub-kubeconfig, --cluster): each BareMetalHost's configuration against what was rendered (--butane, --ignition, or the hub's ClusterInstance), by meaning and not by text. On the managed cluster: the registry's Config and the cluster's image configuration, claim and volume, the registry's pods, and a login. With --node-check a privileged pod looks at the mount and its free space on the registry's node; it is always deleted. The managed cluster's kubeconfig comes from the hub's secret NAME-admin-kubeconfig unless --kubeconfig is given.

Exit status: 0 when nothing failed, 1 when a check failed.`;

  static override examples = [
    '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --cluster sno-1 --butane storage.bu --node-check',
    '<%= config.bin %> <%= command.id %> --hub-kubeconfig hub.kubeconfig --hub-context admin --cluster sno-1 --ignition site/ignition.json',
    '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --path /var/imageregistry -o json',
    '<%= config.bin %> <%= command.id %> --kubeconfig sno-1.kubeconfig --registry-url registry.apps.sno-1.example.com --certificate-authority ingress-ca.pem --timeout 5m',
  ];

  static override flags = {
    'hub-kubeconfig': Flags.string({
      helpValue: 'FILE',
      dependsOn: ['cluster'],
      description: 'kubeconfig of the hub; without it only the managed cluster is checked',
    }),
    'hub-context': Flags.string({
      helpValue: 'NAME',
      dependsOn: ['hub-kubeconfig'],
      description: "context of the hub's kubeconfig to use",
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
      description: 'Ignition file that was rendered',
    }),
    path: Flags.string({
      helpValue: 'PATH',
      default: NAMES.path,
      description: "where the registry's partition is mounted",
    }),
    'node-check': Flags.boolean({ description: 'look at the mount on the node, through a privileged debug pod' }),
    timeout: Flags.string({ helpValue: 'DURATION', default: '2m', description: 'how long the debug pod may take' }),
    'registry-url': Flags.string({
      helpGroup: 'REGISTRY',
      helpValue: 'URL',
      description: "address of the registry; without it the cluster's own name for it, then its public route",
    }),
    'certificate-authority': Flags.string({
      helpGroup: 'REGISTRY',
      helpValue: 'FILE',
      description: "authority (PEM) that signed the registry's certificate",
    }),
    ...outputFlags(['table', 'json', 'yaml'], 'table'),
    ...managedFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.read(EdgeVerify);
    const timeoutMs = timeoutFlag('timeout', flags.timeout);
    const { registryOptions } = await import('../../flags/registry-options.js');
    const registry = await registryOptions(flags);
    const problem = pathProblem(flags.path);
    if (problem) throw usageError(`--path: ${problem}`);
    const expected = await expectedConfig(flags);
    const checks = await interruptible((signal) => this.verify(flags, expected, { timeoutMs, registry }, signal), {
      note: this.note,
    });
    const report = verifyReport(flags.cluster, checks);
    await present(report, flags.output, edgeVerifyOutput);
    if (report.summary.failed > 0) process.exitCode = EXIT.error;
  }

  private async verify(
    flags: FlagsOf<typeof EdgeVerify>,
    expected: IgnitionConfig | undefined,
    { timeoutMs, registry }: { timeoutMs: number; registry: RegistryOptions },
    signal: AbortSignal,
  ): Promise<EdgeCheck[]> {
    const { openCluster } = await import('../../core/cluster/index.js');
    const { cluster: _, ...own } = flags;
    const hub =
      flags['hub-kubeconfig'] === undefined
        ? undefined
        : await openCluster(
            clusterOptions({
              kubeconfig: flags['hub-kubeconfig'],
              context: flags['hub-context'],
              'request-timeout': flags['request-timeout'],
            }),
            this.logAt,
          );
    const options = { path: flags.path, nodeCheck: flags['node-check'], timeoutMs, signal };
    const managed = async (connection: object): Promise<EdgeCheck[]> => {
      const api = await openCluster({ ...clusterOptions(own), ...connection }, this.logAt);
      try {
        const openRegistry = registryOpener(api, {
          url: registry.registryUrl,
          authorities: registry.authorities,
          warn: this.warning,
          log: this.logAt,
        });
        return await verifyManaged(api, { ...options, openRegistry });
      } finally {
        await api.close();
      }
    };
    if (!hub) return managed({});
    try {
      const checks = await verifyHub(hub, flags.cluster!, flags.path, expected, signal);
      return [
        ...checks,
        ...(flags.kubeconfig === undefined
          ? await this.managedByHub(hub, flags.cluster!, managed, signal)
          : await managed({})),
      ];
    } finally {
      await hub.close();
    }
  }

  private async managedByHub(
    hub: ClusterApi,
    cluster: string,
    managed: (connection: object) => Promise<EdgeCheck[]>,
    signal: AbortSignal,
  ): Promise<EdgeCheck[]> {
    const { managedKubeconfig } = await import('../../core/edge/verify/managed-cluster.js');
    let kubeconfigText: string | undefined;
    const got = await attempt(
      'hub',
      'managed-kubeconfig',
      async () => {
        kubeconfigText = await managedKubeconfig(hub, cluster);
        return [checker('hub').passed('managed-kubeconfig', `the hub has the kubeconfig of ${cluster}`)];
      },
      signal,
    );
    return kubeconfigText === undefined ? got : [...got, ...(await managed({ kubeconfigText }))];
  }
}
