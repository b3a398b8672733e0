import type { IgnitionConfig } from '../ignition/config.js';

/** Which node the disk is in. */
export interface Site {
  /** The managed cluster's name. */
  cluster: string;
  /** The node's host name. */
  node: string;
}

/** The part of a SiteConfig that makes the partition when the node is installed. */
export function siteConfig({ cluster, node }: Site, config: IgnitionConfig): object {
  return {
    apiVersion: 'ran.openshift.io/v1',
    kind: 'SiteConfig',
    metadata: { name: cluster, namespace: cluster },
    spec: {
      clusters: [{ clusterName: cluster, nodes: [{ hostName: node, ignitionConfigOverride: JSON.stringify(config) }] }],
    },
  };
}

/** The same for a ClusterInstance. */
export function clusterInstance({ cluster, node }: Site, config: IgnitionConfig): object {
  return {
    apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1',
    kind: 'ClusterInstance',
    metadata: { name: cluster, namespace: cluster },
    spec: { clusterName: cluster, nodes: [{ hostName: node, ignitionConfigOverride: JSON.stringify(config) }] },
  };
}
