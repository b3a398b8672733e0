import type { IgnitionConfig } from '../ignition/config.js';

/** The node that has the disk. */
export interface Site {
  /** Name of the managed cluster. */
  cluster: string;
  /** Host name of the node. */
  node: string;
}

/** Renders the part of a SiteConfig that creates the partition when the node is installed. */
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

/** Renders the same part of a ClusterInstance. */
export function clusterInstance({ cluster, node }: Site, config: IgnitionConfig): object {
  return {
    apiVersion: 'siteconfig.open-cluster-management.io/v1alpha1',
    kind: 'ClusterInstance',
    metadata: { name: cluster, namespace: cluster },
    spec: { clusterName: cluster, nodes: [{ hostName: node, ignitionConfigOverride: JSON.stringify(config) }] },
  };
}
