import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { forEachParallel } from '../../core/kit/parallel.js';
import { kubeconfigText } from '../kubeconfig.js';
import { startSandbox } from '../start.js';
import type { Sandbox } from '../types.js';
import { separateFaults, type ClusterFaults } from './faults.js';
import { startManagedCluster, type RunningCluster } from './managed-cluster.js';
import { clusterObjects, localCluster } from './objects.js';
import type { HubOptions, ManagedCluster, SandboxHub } from './types.js';

/** Maximum number of managed clusters that start at the same time. */
const CONCURRENCY = 8;

/**
 * Starts a sandbox that is the hub of simulated managed clusters; without managed clusters, only the sandbox.
 * @throws RegadmError (USAGE) for an invalid fault rule; the error of `listen` for a port that is in use; the
 *   reason of `signal`, after stopping what has started
 */
export async function startHub(options: HubOptions = {}, signal?: AbortSignal): Promise<SandboxHub> {
  const { managedClusters = 0, fail = [], ...own } = options;
  const faults = separateFaults(fail, clusterNames(managedClusters));
  const hub = await startSandbox({ ...own, fail: faults.hub });
  const clusters = new Map<string, RunningCluster>();
  const stop = async (): Promise<void> => {
    await Promise.all([...clusters.values()].map((cluster) => cluster.stop()));
    // Last, because it removes the directory.
    await hub.stop();
  };
  try {
    await startClusters({ hub, clusters, faults: faults.managed, options, signal });
    return { hub, clusters: ordered(clusters, faults.managed), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns `sno-01`, `sno-02` and so on: of equal length, so that their order is that of their numbers. */
function clusterNames(count: number): string[] {
  const width = Math.max(2, String(count).length);
  return Array.from({ length: count }, (_, index) => `sno-${String(index + 1).padStart(width, '0')}`);
}

function ordered(clusters: Map<string, ManagedCluster>, names: Map<string, unknown>): Map<string, ManagedCluster> {
  return new Map([...names.keys()].map((name) => [name, clusters.get(name)!]));
}

interface StartContext {
  hub: Sandbox;
  /** The clusters that have started. */
  clusters: Map<string, RunningCluster>;
  faults: Map<string, ClusterFaults>;
  options: HubOptions;
  signal?: AbortSignal;
}

async function startClusters({ hub, clusters, faults, options, signal }: StartContext): Promise<void> {
  if (faults.size === 0) return;
  let failure: { error: unknown } | undefined;
  const start = async (name: string, of: ClusterFaults): Promise<RunningCluster> => {
    const { latencyMs, rolloutStepMs, now, log } = options;
    const dir = join(hub.dir, 'clusters', name);
    const logCluster = log && ((record: Parameters<typeof log>[0]) => log({ ...record, cluster: name }));
    return startManagedCluster(name, of, { dir, latencyMs, rolloutStepMs, now, log: logCluster });
  };
  // No rejection here: it would leave the clusters running that are starting meanwhile.
  const work = async ([name, of]: [string, ClusterFaults], index: number): Promise<void> => {
    try {
      const cluster = await start(name, of);
      clusters.set(name, cluster);
      register(hub, cluster, index, of);
    } catch (error) {
      failure ??= { error };
    }
  };
  await forEachParallel(
    faults,
    { concurrency: CONCURRENCY, shouldStop: () => failure !== undefined || !!signal?.aborted },
    work,
  );
  if (failure) throw failure.error;
  signal?.throwIfAborted();
  hub.store.put('managedclusters', localCluster(hub.apiUrl));
}

/** Adds a managed cluster to the hub. */
function register(hub: Sandbox, cluster: ManagedCluster, index: number, { states }: ClusterFaults): void {
  const { name, apiUrl, sandbox } = cluster;
  const authority = readFileSync(sandbox.caFile, 'utf8');
  const kubeconfig = kubeconfigText({ server: apiUrl, authority, user: 'admin', token: sandbox.tokens.admin });
  const objects = clusterObjects({
    name,
    index,
    apiUrl,
    kubeconfig: states.has('no-kubeconfig') ? undefined : kubeconfig,
    overrideDiffers: states.has('override-differs'),
  });
  hub.store.put('namespaces', { metadata: { name }, status: { phase: 'Active' } });
  for (const [resource, items] of Object.entries(objects)) for (const item of items) hub.store.put(resource, item);
}
