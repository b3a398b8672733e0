import type { ClusterApi } from '../../../cluster/api.js';
import { forEachParallel } from '../../../kit/parallel.js';
import type { Reporter } from '../../../kit/reporter.js';
import { plural } from '../../../terminal/text.js';
import type { IgnitionConfig } from '../../ignition/config.js';
import { toCheck, type EdgeCheck } from '../check.js';
import { expectedConfig, type RenderedFiles } from '../expected.js';
import type { HubKubeconfig } from '../managed-cluster.js';
import { clusterEntry, fleetReport, type ClusterEntry, type FleetReport } from '../report.js';
import { checkSite, type SiteContext, type SiteRequest } from '../site.js';
import { TimeLimit } from '../time-limit.js';
import { clusterReporter, muted } from './cluster-reporter.js';
import { listManagedClusters, type ManagedCluster } from './managed-clusters.js';
import { Waiting } from './waiting.js';

export interface FleetRequest extends SiteRequest {
  /** Label selector; undefined: all managed clusters. */
  selector?: string;
  /** Maximum number of clusters that are checked at the same time. */
  parallel: number;
  /** Files that all sites were rendered from or to. */
  rendered: RenderedFiles;
}

/** Opens the clusters of a fleet. */
export interface Fleet {
  openHub(): Promise<ClusterApi>;
  /**
   * @param kubeconfig content of the kubeconfig that the hub has
   * @param reporter gets what belongs to this cluster
   */
  openManaged(kubeconfig: string, reporter: Reporter): Promise<ClusterApi>;
}

interface FleetContext extends SiteContext {
  /** Gets each cluster as soon as it is checked. */
  finished?: (entry: ClusterEntry) => Promise<void>;
}

/** The hub, and what all its clusters are compared with. */
interface Hub {
  api: ClusterApi;
  expected?: IgnitionConfig;
}

/**
 * Checks the registries of the managed clusters of a hub. Nothing that happens to one cluster affects another one.
 * After an interruption, the report has the clusters that were checked before.
 * @throws RegadmError INVALID_FILE, UNREADABLE_FILE, NO_MANAGED_CLUSTERS, and what opening and listing the hub throws;
 *   the signal's reason when it aborts before the first cluster
 */
export async function verifyFleet(request: FleetRequest, fleet: Fleet, context: FleetContext): Promise<FleetReport> {
  const { reporter, signal } = context;
  const expected = await expectedConfig(request.rendered);
  const api = await fleet.openHub();
  reporter.phase('listing managed clusters');
  try {
    const { clusters, leftOut } = await selectClusters(api, request, signal);
    if (leftOut.length > 0) reporter.note(`hint: the hub itself is not checked: ${leftOut.join(', ')}`);
    announce(clusters, request, context);
    const entries = await checkAll(clusters, { api, expected }, { request, fleet, context, servers: new Map() });
    return fleetReport(entries, clusters.length, signal?.aborted ?? false);
  } finally {
    await api.close();
  }
}

async function selectClusters(
  hub: ClusterApi,
  { selector, timeoutMs }: FleetRequest,
  signal: AbortSignal | undefined,
): ReturnType<typeof listManagedClusters> {
  const limit = new TimeLimit(timeoutMs, signal);
  try {
    return await listManagedClusters(hub, selector, limit);
  } finally {
    limit.clear();
  }
}

/** Says which clusters the run changes, before the first change. */
function announce(clusters: ManagedCluster[], { nodeCheck }: FleetRequest, { reporter }: SiteContext): void {
  const names = clusters.filter(({ problem }) => !problem).map(({ name }) => name);
  if (!nodeCheck || names.length === 0) return;
  const where = `${plural(names.length, 'managed cluster')} (${names.join(', ')})`;
  reporter.note(`about to create a privileged pod on the registry's node of ${where}, and delete it afterward`);
}

interface Work {
  request: FleetRequest;
  fleet: Fleet;
  context: FleetContext;
  /** Names of the clusters whose kubeconfigs were opened, by server. */
  servers: Map<string, string>;
}

/** Returns the entries of the clusters that were checked, in the order of the clusters. */
async function checkAll(clusters: ManagedCluster[], hub: Hub, work: Work): Promise<ClusterEntry[]> {
  const { request, context } = work;
  const { reporter, signal } = context;
  const waiting = new Waiting();
  const entries = new Map<string, ClusterEntry>();
  const reports: Promise<void>[] = [];
  reporter.phase('checking clusters', clusters.length, 'items', () => waiting.texts());
  const shouldStop = (): boolean => signal?.aborted ?? false;
  await forEachParallel(inWorkOrder(clusters), { concurrency: request.parallel, shouldStop }, async (cluster) => {
    const { name } = cluster;
    const found = await waiting.during(name, () => checksOf(cluster, hub, work));
    reporter.tick();
    if (!found) return;
    const entry = clusterEntry(name, found);
    entries.set(name, entry);
    // The other clusters do not wait for a slow reader.
    reports.push(Promise.resolve(context.finished?.(entry)));
  });
  await Promise.all(reports);
  return clusters.flatMap(({ name }) => entries.get(name) ?? []);
}

/** The clusters that the hub does not hear from come last: they take the whole time, and the others need not wait. */
function inWorkOrder(clusters: readonly ManagedCluster[]): ManagedCluster[] {
  return [...clusters].sort((a, b) => Number(a.warning !== undefined) - Number(b.warning !== undefined));
}

/** Returns the checks of a cluster; undefined if the run was interrupted before they were done. */
async function checksOf(cluster: ManagedCluster, hub: Hub, work: Work): Promise<EdgeCheck[] | undefined> {
  const { name } = cluster;
  const { request, fleet, context } = work;
  const reporter = clusterReporter(context.reporter, name);
  // The check of the login has the address that was used.
  const siteContext = { ...context, reporter, registryReporter: muted(reporter) };
  const openManaged = async ({ text = '' }: Partial<HubKubeconfig> = {}): Promise<ClusterApi> => {
    const api = await fleet.openManaged(text, reporter);
    const { server } = api;
    const other = work.servers.get(server);
    if (other !== undefined) reporter.warning(`its kubeconfig has the same server as that of ${other}: ${server}`);
    work.servers.set(server, name);
    return api;
  };
  try {
    const site = { hub: { ...hub, cluster: name, known: cluster, kubeconfigFrom: 'hub' as const }, openManaged };
    return await checkSite(site, request, siteContext);
  } catch (error) {
    if (context.signal?.aborted) return undefined;
    return [toCheck({ where: 'cluster', name: 'managed-cluster' }, error)];
  }
}
