import type { ClusterApi } from '../../cluster/api.js';
import type { Reporter } from '../../kit/reporter.js';
import { openClusterRegistry, type RegistryAccess } from '../../operator/open-registry.js';
import { attempt, checker, type EdgeCheck } from './check.js';
import { expectedConfig, type RenderedFiles } from './expected.js';
import { checkHub } from './hub.js';
import { checkLogin } from './login.js';
import { checkConfig, checkImageConfig } from './config-checks.js';
import { managedKubeconfig } from './managed-cluster.js';
import { checkNode } from './node.js';
import { checkPods } from './pod-check.js';
import { checkVolume } from './volume-checks.js';
import { verifyReport, type VerifyReport } from './report.js';

export interface VerifyRequest {
  /** The managed cluster on its hub; undefined: only the managed cluster is checked. */
  hub?: HubRequest;
  /** Mount point of the registry's partition. */
  path: string;
  registry: RegistryAccess;
  /** Also check the mount on the node, with a privileged pod. */
  nodeCheck: boolean;
  /** Timeout of the debug pod, in ms. */
  timeoutMs: number;
}

export interface HubRequest {
  /** Name of the managed cluster, which is also its namespace on the hub. */
  cluster: string;
  /** Files that the site was rendered from or to. */
  rendered: RenderedFiles;
  /** Where the kubeconfig of the managed cluster comes from: `hub` is a secret there. */
  kubeconfigFrom: 'hub' | 'user';
}

/** Opens the clusters of a site. */
export interface Clusters {
  openHub(): Promise<ClusterApi>;
  /** @param kubeconfig content of a kubeconfig that replaces the user's */
  openManaged(kubeconfig?: string): Promise<ClusterApi>;
}

interface VerifyContext {
  reporter: Reporter;
  signal?: AbortSignal;
}

/**
 * Checks the registry of an edge site on its clusters. All checks run, whatever the results of the others.
 * @throws RegadmError INVALID_FILE, UNREADABLE_FILE, and what opening the clusters throws; the signal's reason when it
 *   aborts
 */
export async function verifyEdge(
  request: VerifyRequest,
  clusters: Clusters,
  context: VerifyContext,
): Promise<VerifyReport> {
  const { hub } = request;
  const checks = hub
    ? await verifySite(request, hub, clusters, context)
    : await verifyManaged(request, () => clusters.openManaged(), context);
  return verifyReport(hub?.cluster, checks);
}

async function verifySite(
  request: VerifyRequest,
  { cluster, rendered, kubeconfigFrom }: HubRequest,
  clusters: Clusters,
  context: VerifyContext,
): Promise<EdgeCheck[]> {
  const { signal } = context;
  const { path } = request;
  const expected = await expectedConfig(rendered);
  const hub = await clusters.openHub();
  try {
    const checks = await attempt('hub', 'ignition-override', () => checkHub(hub, { cluster, path, expected }), signal);
    if (kubeconfigFrom === 'user')
      return [...checks, ...(await verifyManaged(request, () => clusters.openManaged(), context))];
    const { check, kubeconfig } = await readKubeconfig(hub, cluster, signal);
    if (kubeconfig === undefined) return [...checks, ...check];
    return [...checks, ...check, ...(await verifyManaged(request, () => clusters.openManaged(kubeconfig), context))];
  } finally {
    await hub.close();
  }
}

async function readKubeconfig(
  hub: ClusterApi,
  cluster: string,
  signal?: AbortSignal,
): Promise<{ check: EdgeCheck[]; kubeconfig?: string }> {
  const name = 'managed-kubeconfig';
  let kubeconfig: string | undefined;
  const read = async (): Promise<EdgeCheck[]> => {
    kubeconfig = await managedKubeconfig(hub, cluster);
    return [checker('hub').passed(name, `the hub has the kubeconfig of ${cluster}`)];
  };
  return { check: await attempt('hub', name, read, signal), kubeconfig };
}

async function verifyManaged(
  { path, registry, nodeCheck, timeoutMs }: VerifyRequest,
  open: () => Promise<ClusterApi>,
  { reporter, signal }: VerifyContext,
): Promise<EdgeCheck[]> {
  const api = await open();
  const found: EdgeCheck[] = [];
  const run = async (where: EdgeCheck['where'], name: string, check: () => Promise<EdgeCheck[]>): Promise<void> => {
    found.push(...(await attempt(where, name, check, signal)));
  };
  try {
    await run('cluster', 'registry-config', () => checkConfig(api));
    await run('cluster', 'image-config', () => checkImageConfig(api));
    await run('cluster', 'claim', () => checkVolume(api, path));
    await run('cluster', 'registry-pods', () => checkPods(api));
    const openRegistry = (token?: string) => openClusterRegistry(api, { ...registry, token }, { reporter, signal });
    await run('cluster', 'registry-login', () => checkLogin(api, openRegistry));
    if (nodeCheck) await run('node', 'mount', () => checkNode(api, { path, timeoutMs, signal, note: reporter.note }));
  } finally {
    await api.close();
  }
  return found;
}
