import { Flags, type Interfaces } from '@oclif/core';
import type { ClusterOptions } from '../core/cluster/connection/kubeconfig.js';
import { NAMES } from '../core/edge/render/registry-objects.js';
import { pathProblem } from '../core/edge/text-problems.js';
import { CLUSTERS } from '../core/edge/verify/fleet/main-table.js';
import type { FleetRequest } from '../core/edge/verify/fleet/verify-fleet.js';
import { CHECKS } from '../core/edge/verify/main-table.js';
import type { SiteRequest } from '../core/edge/verify/site.js';
import type { VerifyRequest } from '../core/edge/verify/verify.js';
import { usageError } from '../core/model/errors.js';
import type { MainTable } from '../core/terminal/main-table.js';
import { clusterFlags, clusterOptions } from './cluster.js';
import { requestTimeoutFlag, timeoutFlag } from './duration.js';
import { outputFlags } from './output.js';
import { registryOptions } from './registry-options.js';

// Here, --cluster is the name of the managed cluster on the hub.
const { cluster: _kubeconfigCluster, ...managedFlags } = clusterFlags;

/** The flags that select one cluster, its server or its user. */
const OF_ONE_CLUSTER = ['cluster', 'kubeconfig', 'context', 'user', 'server', 'token', 'registry-url'];
const REGISTRY = { helpGroup: 'REGISTRY' };
const DEFAULT_PARALLEL = 8;

/** The flags of `regadm edge verify`. */
export const edgeVerifyFlags = {
  'hub-kubeconfig': Flags.string({
    helpValue: 'FILE',
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
  all: Flags.boolean({
    dependsOn: ['hub-kubeconfig'],
    exclusive: ['selector', ...OF_ONE_CLUSTER],
    description: 'check all managed clusters of the hub',
  }),
  selector: Flags.string({
    char: 'l',
    helpValue: 'LABELS',
    dependsOn: ['hub-kubeconfig'],
    exclusive: OF_ONE_CLUSTER,
    description: 'check the managed clusters of the hub with these labels: site=eu, env!=test',
  }),
  parallel: Flags.integer({
    helpValue: 'N',
    min: 1,
    max: 100,
    description: `maximum number of clusters that are checked at the same time (default: ${DEFAULT_PARALLEL})`,
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
  timeout: Flags.string({
    helpValue: 'DURATION',
    default: '2m',
    description: 'time limit of all checks of one cluster, the debug pod included',
  }),
  'registry-url': Flags.string({
    ...REGISTRY,
    helpValue: 'URL',
    description: "registry address (default: the cluster's name for the registry, then its public route)",
  }),
  'certificate-authority': Flags.string({
    ...REGISTRY,
    helpValue: 'FILE',
    description: "PEM file with the authority that signed the registry's certificate",
  }),
  ...outputFlags(['table', 'wide', 'json', 'yaml'], 'table', {
    array: 'checks or clusters',
    columns: { ...CHECKS.columns, ...CLUSTERS.columns },
  }),
  ...managedFlags,
};

type EdgeVerifyFlags = Interfaces.InferredFlags<typeof edgeVerifyFlags>;

/** Converts the flags to a request about one cluster, or about those of a hub. @throws RegadmError (USAGE) */
export async function edgeVerifyRequest(
  flags: EdgeVerifyFlags,
): Promise<{ site: VerifyRequest } | { fleet: FleetRequest }> {
  const { cluster, butane, ignition, all, selector, parallel } = flags;
  const isFleet = all || selector !== undefined;
  if (flags['hub-kubeconfig'] !== undefined && cluster === undefined && !isFleet)
    throw usageError('--hub-kubeconfig needs --cluster NAME, --selector LABELS or --all');
  if (parallel !== undefined && !isFleet) throw usageError('--parallel needs --all or --selector');
  if (selector !== undefined) checkSelector(selector);
  checkOrder(flags, isFleet);
  const request = await siteRequest(flags);
  const rendered = { butane, ignition };
  if (isFleet) return { fleet: { ...request, selector, parallel: parallel ?? DEFAULT_PARALLEL, rendered } };
  const kubeconfigFrom = flags.kubeconfig === undefined ? 'hub' : 'user';
  return { site: { ...request, hub: cluster === undefined ? undefined : { cluster, rendered, kubeconfigFrom } } };
}

async function siteRequest(flags: EdgeVerifyFlags): Promise<SiteRequest> {
  const path = flags.path.replace(/(?<=.)\/+$/, '');
  const problem = pathProblem(path);
  if (problem) throw usageError(`--path: ${problem}`);
  const timeoutMs = timeoutFlag('timeout', flags.timeout);
  const registry = await registryOptions(flags);
  return {
    path,
    registry: { ...registry, requestTimeoutMs: requestTimeoutFlag(flags['request-timeout']), workers: 1 },
    nodeCheck: flags['node-check'],
    timeoutMs,
  };
}

/** Refuses a selector that would select all clusters, such as `$A,$B` of variables that are not set. */
function checkSelector(selector: string): void {
  const terms = selector.replace(/\([^)]*\)/g, '').split(',');
  if (terms.some((term) => term.trim() === ''))
    throw usageError(
      `--selector "${selector}" has an empty term: separate labels with one comma; --all selects all clusters`,
    );
}

/** The flag accepts the columns of all tables. @throws RegadmError (USAGE) for a column of another one */
function checkOrder({ 'sort-by': sortBy, output }: EdgeVerifyFlags, isFleet: boolean): void {
  const [own, other] = isFleet ? [CLUSTERS, CHECKS] : [CHECKS, CLUSTERS];
  if (sortBy === undefined || sortBy in own.columns || !(sortBy in other.columns)) return;
  if (isFleet && output === 'wide') return;
  const titles = ({ columns }: MainTable): string => Object.keys(columns).join(', ');
  const also = isFleet ? `, or, with -o wide, of ${titles(CHECKS)}` : '';
  throw usageError(`invalid argument "${sortBy}" for "--sort-by" flag: must be one of ${titles(own)}${also}`);
}

/** Selects the hub. */
export function hubOptions(flags: EdgeVerifyFlags): ClusterOptions {
  const { 'hub-kubeconfig': kubeconfig, 'hub-context': context, 'request-timeout': timeout } = flags;
  return clusterOptions({ kubeconfig, context, 'request-timeout': timeout });
}

/** Selects the managed cluster. */
export function managedOptions({ cluster: _nameOnHub, ...flags }: EdgeVerifyFlags): ClusterOptions {
  return clusterOptions(flags);
}
