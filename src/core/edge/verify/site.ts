import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { openClusterRegistry, type RegistryAccess } from '../../operator/open-registry.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { CheckRun, checker, type EdgeCheck } from './check.js';
import { checkConfig, checkImageConfig } from './config-checks.js';
import { findManagedCluster, noSuchCluster, type ManagedCluster } from './fleet/managed-clusters.js';
import { checkHub } from './hub.js';
import { checkLogin } from './login.js';
import { checkMachineConfigs } from './machine-configs.js';
import { managedKubeconfig, type HubKubeconfig } from './managed-cluster.js';
import { checkNode } from './node.js';
import { checkPods } from './pod-check.js';
import { TimeLimit } from './time-limit.js';
import { checkVolume } from './volume-checks.js';

/** What is checked on every site. */
export interface SiteRequest {
  /** Mount point of the registry's partition. */
  path: string;
  registry: RegistryAccess;
  /** Also check the mount on the node, with a privileged pod. */
  nodeCheck: boolean;
  /** Time limit of all checks of one site, in ms. */
  timeoutMs: number;
}

/** The clusters of a site. */
interface Site {
  /** Undefined: only the managed cluster is checked. */
  hub?: HubSite;
  /** @param kubeconfig the one that the hub has; undefined: the user's */
  openManaged(kubeconfig?: HubKubeconfig): Promise<ClusterApi>;
}

/** A managed cluster on its hub. */
export interface HubSite {
  api: ClusterApi;
  /** Name of the managed cluster, which is also its namespace on the hub. */
  cluster: string;
  /** What the hub states about it; undefined: that is read. */
  known?: ManagedCluster;
  /** The rendered configuration, if files of it are given. */
  expected?: IgnitionConfig;
  /** Where the kubeconfig of the managed cluster comes from: `hub` is a secret there. */
  kubeconfigFrom: 'hub' | 'user';
}

export interface SiteContext {
  reporter: Reporter;
  /** Gets what finding and opening the registry reports (default: `reporter`). */
  registryReporter?: Reporter;
  signal?: AbortSignal;
}

/**
 * Checks the registry of a site on its clusters. All checks run, whatever the results of the others, until the time is
 * over.
 * @throws what opening the cluster of the user's kubeconfig throws; the signal's reason when it aborts
 */
export async function checkSite(site: Site, request: SiteRequest, context: SiteContext): Promise<EdgeCheck[]> {
  const limit = new TimeLimit(request.timeoutMs, context.signal);
  const checks = new CheckRun(limit);
  let managed: ClusterApi | undefined;
  try {
    const hub = site.hub && { ...site.hub, api: limit.bound(site.hub.api) };
    if (hub && !(await canBeChecked(hub, checks))) return checks.found;
    const next = checks.found.length;
    const withoutOverride = hub && (await checkOverride(hub, request, checks));
    managed = await openManaged({ ...site, hub }, checks);
    if (managed) await checkManaged(managed, request, { ...context, checks, withoutOverride, expected: hub?.expected });
    else if (withoutOverride !== undefined) checks.found.splice(next, 0, unknownSource(withoutOverride));
  } finally {
    limit.clear();
    await managed?.close();
  }
  return checks.found;
}

/**
 * Checks what the hub states about the managed cluster.
 * @returns false if the cluster cannot be checked
 * @throws RegadmError NO_MANAGED_CLUSTERS if the hub does not have it
 */
async function canBeChecked({ api, cluster, known }: HubSite, checks: CheckRun): Promise<boolean> {
  let state = known as ManagedCluster | 'missing' | undefined;
  const read = async (): Promise<EdgeCheck[]> => {
    state = await findManagedCluster(api, cluster);
    return [];
  };
  if (!known) await checks.run({ where: 'hub', name: 'managed-cluster', server: api.server }, read);
  if (state === 'missing') throw await noSuchCluster(api, cluster);
  const { problem, warning } = state ?? {};
  checks.found.push(...[problem, warning].filter((check) => check !== undefined));
  return problem === undefined;
}

/**
 * Compares the annotations on the hub.
 * @returns why none creates the partition, if a MachineConfig of the managed cluster can; undefined if that is checked
 */
async function checkOverride(hub: HubSite, { path }: SiteRequest, checks: CheckRun): Promise<string | undefined> {
  const { api, cluster, expected } = hub;
  const place = { where: 'hub', name: 'ignition-override', server: api.server } as const;
  let without: string | undefined;
  await checks.run(place, async () => {
    const { checks: found, withoutOverride } = await checkHub(api, { cluster, path, expected });
    without = withoutOverride;
    return withoutOverride === undefined ? found : [];
  });
  return without;
}

/** The check of a partition that only the MachineConfigs of a cluster can create, which could not be opened. */
function unknownSource(reason: string): EdgeCheck {
  const remedy = 'correct the problem of managed-kubeconfig: a MachineConfig of the cluster can create the partition';
  const message = `${reason}, and the MachineConfigs of the cluster were not read`;
  return { ...checker('hub').failed('ignition-override', message, remedy), notChecked: true };
}

/**
 * Opens the managed cluster.
 * @returns undefined if the kubeconfig from the hub cannot be used: that check has failed
 */
async function openManaged({ hub, openManaged: open }: Site, checks: CheckRun): Promise<ClusterApi | undefined> {
  if (hub?.kubeconfigFrom !== 'hub') return open();
  const { api } = hub;
  const place = { where: 'hub', name: 'managed-kubeconfig', server: api.server } as const;
  let managed: ClusterApi | undefined;
  await checks.run(place, async () => {
    managed = await open(await managedKubeconfig(api, hub.cluster));
    return [checker(place.where).passed(place.name, `the hub has the kubeconfig of ${hub.cluster}`)];
  });
  return managed;
}

interface ManagedContext extends SiteContext {
  checks: CheckRun;
  /** The rendered configuration, if files of it are given. */
  expected?: IgnitionConfig;
  /** Why no annotation on the hub creates the partition, so that a MachineConfig has to; undefined if one does. */
  withoutOverride?: string;
}

async function checkManaged(
  managed: ClusterApi,
  { path, registry, nodeCheck }: SiteRequest,
  { checks, expected, withoutOverride, reporter, registryReporter = reporter }: ManagedContext,
): Promise<void> {
  const { limit } = checks;
  const { signal } = limit;
  const { server } = managed;
  const api = limit.bound(managed);
  const run = (name: string, check: () => Promise<EdgeCheck[]>): Promise<void> =>
    checks.run({ where: 'cluster', name, server }, check);
  if (withoutOverride !== undefined)
    await run('ignition-override', () => checkMachineConfigs(api, { path, expected, reason: withoutOverride }));
  await run('registry-config', () => checkConfig(api));
  await run('image-config', () => checkImageConfig(api));
  await run('claim', () => checkVolume(api, path));
  await run('registry-pods', () => checkPods(api));
  const openRegistry = (token?: string) =>
    openClusterRegistry(api, { ...registry, token }, { reporter: registryReporter, signal });
  await checks.run({ where: 'cluster', name: 'registry-login' }, () => checkLogin(api, openRegistry, limit));
  if (nodeCheck)
    await checks.run({ where: 'node', name: 'mount', server }, () =>
      checkNode(managed, { path, expected, limit, reporter }),
    );
}
