import type { ClusterApi } from '../../cluster/api.js';
import { findObject } from '../../cluster/objects.js';
import { defineResource } from '../../cluster/resources.js';
import { isAbsent, listOf } from '../../model/values/json.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { parseOverride } from '../lint/override/read-override.js';
import { valueAt } from '../model.js';

const CLUSTER_INSTANCES = defineResource(
  'siteconfig.open-cluster-management.io/v1alpha1',
  'clusterinstances',
  'ClusterInstance',
);

/** What the configuration of a host is compared with. */
export type Plan =
  /** The rendered file; a host without a configuration can have another purpose. */
  | { from: 'file'; config: IgnitionConfig }
  /** The hub's ClusterInstance, which states the configuration of each host; undefined: that it has none. */
  | { from: 'instance'; config: IgnitionConfig | undefined }
  /** The hub's ClusterInstance, which cannot be used. */
  | { from: 'instance'; problem: string }
  /** Nothing: the hub has no ClusterInstance. */
  | { from: 'nowhere'; reason: string };

/**
 * Reads what the hosts of a managed cluster are compared with.
 * @param file the rendered configuration; undefined: the hub's ClusterInstance counts
 * @returns the plan of a host, by its name
 * @throws ApiError if the hub does not say whether it has a ClusterInstance
 */
export async function readPlans(
  api: ClusterApi,
  cluster: string,
  file: IgnitionConfig | undefined,
): Promise<(host: string) => Plan> {
  if (file) return () => ({ from: 'file', config: file });
  const reference = { resource: CLUSTER_INSTANCES, namespace: cluster, name: cluster };
  const instance = await findObject(api, reference, { confirmAbsence: true });
  const name = `ClusterInstance ${cluster}/${cluster}`;
  if (!instance) return () => ({ from: 'nowhere', reason: `the hub has no ${name}` });
  const nodes = listOf(valueAt(instance, ['spec', 'nodes']));
  return (host) => planIn(nodes, host, name);
}

function planIn(nodes: unknown[], host: string, instance: string): Plan {
  const from = 'instance';
  const node = nodes.find((each) => valueAt(each, ['hostName']) === host);
  if (node === undefined) return { from, problem: `${instance} has no node ${host}` };
  const text = valueAt(node, ['ignitionConfigOverride']);
  if (isAbsent(text) || text === '') return { from, config: undefined };
  const { config, problems } = parseOverride(text);
  if (problems.length === 0) return { from, config };
  const field = `ignitionConfigOverride of node ${host} in ${instance}`;
  return { from, problem: `${field} is not a valid Ignition configuration: ${problems.join('; ')}` };
}
