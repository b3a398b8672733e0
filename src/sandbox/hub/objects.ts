import type { KubeObject } from '../../core/model/kube.js';
import { condition } from '../operator/conditions.js';
import { ignitionOverride } from './override.js';

/** Start of the registry's partition in MiB, as the site states it. */
const START_MIB = 250_000;

/** What the hub knows about a managed cluster. */
interface KnownCluster {
  name: string;
  /** Position among the managed clusters, from 0. */
  index: number;
  apiUrl: string;
  /** Content of its kubeconfig; undefined: the hub has none. */
  kubeconfig?: string;
  /** The node was installed with another configuration than the site states. */
  overrideDiffers: boolean;
}

/** Makes the hub's objects of a managed cluster, by resource. */
export function clusterObjects(cluster: KnownCluster): Record<string, KubeObject[]> {
  const { name, kubeconfig } = cluster;
  return {
    managedclusters: [managedCluster(cluster)],
    clusterinstances: [clusterInstance(name)],
    baremetalhosts: [bareMetalHost(cluster)],
    secrets: kubeconfig === undefined ? [] : [kubeconfigSecret(name, kubeconfig)],
  };
}

/** Makes the ManagedCluster of the hub itself. */
export function localCluster(apiUrl: string): KubeObject {
  return joined('local-cluster', { 'local-cluster': 'true', vendor: 'OpenShift' }, apiUrl);
}

function managedCluster({ name, index, apiUrl }: KnownCluster): KubeObject {
  const region = index % 2 === 0 ? 'north' : 'south';
  return joined(name, { name, region, vendor: 'OpenShift' }, apiUrl);
}

function joined(name: string, labels: Record<string, string>, url: string): KubeObject {
  return {
    metadata: { name, labels },
    spec: { hubAcceptsClient: true, leaseDurationSeconds: 60, managedClusterClientConfigs: [{ url }] },
    status: {
      conditions: [
        condition('HubAcceptedManagedCluster', true, { reason: 'HubClusterAdminAccepted' }),
        condition('ManagedClusterJoined', true, { reason: 'ManagedClusterJoined' }),
        condition('ManagedClusterConditionAvailable', true, { reason: 'ManagedClusterAvailable' }),
      ],
    },
  };
}

const hostName = (cluster: string): string => `node1.${cluster}.example.com`;

function clusterInstance(name: string): KubeObject {
  const node = { hostName: hostName(name), ignitionConfigOverride: ignitionOverride({ startMiB: START_MIB }) };
  return { metadata: { name, namespace: name }, spec: { clusterName: name, nodes: [node] } };
}

function bareMetalHost({ name, overrideDiffers }: KnownCluster): KubeObject {
  const override = ignitionOverride({ startMiB: overrideDiffers ? START_MIB * 2 : START_MIB });
  return {
    metadata: {
      name: hostName(name),
      namespace: name,
      annotations: { 'bmac.agent-install.openshift.io/ignition-config-overrides': override },
    },
    spec: { online: true },
  };
}

function kubeconfigSecret(name: string, kubeconfig: string): KubeObject {
  const data = { kubeconfig: Buffer.from(kubeconfig).toString('base64') };
  return { metadata: { name: `${name}-admin-kubeconfig`, namespace: name }, type: 'Opaque', data };
}
