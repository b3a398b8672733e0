import type { ClusterApi } from '../../cluster/api.js';
import { expectedConfig, type RenderedFiles } from './expected.js';
import type { HubKubeconfig } from './managed-cluster.js';
import { siteReport, type SiteReport } from './report.js';
import { checkSite, type HubSite, type SiteContext, type SiteRequest } from './site.js';

export interface VerifyRequest extends SiteRequest {
  /** The managed cluster on its hub; undefined: only the managed cluster is checked. */
  hub?: Pick<HubSite, 'cluster' | 'kubeconfigFrom'> & {
    /** Files that the site was rendered from or to. */
    rendered: RenderedFiles;
  };
}

/** Opens the clusters of sites. */
export interface Clusters {
  openHub(): Promise<ClusterApi>;
  /** @param kubeconfig one that replaces the user's */
  openManaged(kubeconfig?: HubKubeconfig): Promise<ClusterApi>;
}

/**
 * Checks the registry of one edge site on its clusters.
 * @throws RegadmError INVALID_FILE, UNREADABLE_FILE, and what opening the clusters throws; the signal's reason when it
 *   aborts
 */
export async function verifyEdge(
  request: VerifyRequest,
  clusters: Clusters,
  context: SiteContext,
): Promise<SiteReport> {
  const { openManaged } = clusters;
  context.reporter.phase('checking the site');
  if (!request.hub) return siteReport(undefined, await checkSite({ openManaged }, request, context));
  const { rendered, ...hub } = request.hub;
  const expected = await expectedConfig(rendered);
  const api = await clusters.openHub();
  try {
    const site = { hub: { ...hub, api, expected }, openManaged };
    return siteReport(hub.cluster, await checkSite(site, request, context));
  } finally {
    await api.close();
  }
}
