import type { ClusterApi, KubeObject } from '../../cluster/api.js';
import { findIfReadable, listObjects } from '../../cluster/objects.js';
import { defineResource } from '../../cluster/resources.js';
import type { IgnitionConfig } from '../ignition/config.js';
import { isMounted } from '../ignition/read.js';
import { sameIgnition } from '../ignition/same.js';
import { parseOverride } from '../lint/collect-storage.js';
import { checker, type EdgeCheck } from './check.js';

const BARE_METAL_HOSTS = defineResource('metal3.io/v1alpha1', 'baremetalhosts', 'BareMetalHost');
const CLUSTER_INSTANCES = defineResource(
  'siteconfig.open-cluster-management.io/v1alpha1',
  'clusterinstances',
  'ClusterInstance',
);

const OVERRIDE_ANNOTATION = 'bmac.agent-install.openshift.io/ignition-config-overrides';
const NAME = 'ignition-override';
const REINSTALL =
  'the partition can only be created when the node is installed: correct ignitionConfigOverride in the site, and install again';
const { passed, failed, skipped } = checker('hub');

interface HubOptions {
  /** Name of the managed cluster, which is also its namespace on the hub. */
  cluster: string;
  /** Expected mount point of the registry's partition. */
  path: string;
  /** The rendered configuration; undefined: the hub's ClusterInstance counts or, if there is none, the mount point. */
  expected?: IgnitionConfig;
}

/** Compares the configuration of each BareMetalHost of a managed cluster with the expected one. @throws ApiError */
export async function checkHub(api: ClusterApi, { cluster, path, expected }: HubOptions): Promise<EdgeCheck[]> {
  const items = await listObjects(api, BARE_METAL_HOSTS, { namespace: cluster });
  if (items.length === 0)
    return [
      failed(
        NAME,
        `no BareMetalHost in namespace ${cluster} of the hub`,
        'check the name of the cluster, and that this is its hub',
      ),
    ];
  const planned = expected ? new Map<string, IgnitionConfig>() : await plannedOverrides(api, cluster);
  const hosts = [...items].sort((a, b) => a.metadata.name.localeCompare(b.metadata.name));
  const without = hosts.filter(({ metadata }) => !metadata.annotations?.[OVERRIDE_ANNOTATION]);
  if (without.length === hosts.length) {
    return [failed(NAME, `no BareMetalHost of ${cluster} has the annotation ${OVERRIDE_ANNOTATION}`, REINSTALL)];
  }
  return hosts.map((host) => checkHost(host, expected ?? planned.get(host.metadata.name), path));
}

function checkHost({ metadata }: KubeObject, expected: IgnitionConfig | undefined, path: string): EdgeCheck {
  const host = `BareMetalHost ${metadata.namespace}/${metadata.name}`;
  const text = metadata.annotations?.[OVERRIDE_ANNOTATION];
  if (!text) return skipped(NAME, `${host} has no configuration`);
  const { config, problems } = parseOverride(text);
  if (problems.length > 0)
    return failed(
      NAME,
      `${host}: the annotation is not a valid Ignition configuration: ${problems.join('; ')}`,
      REINSTALL,
    );
  if (expected && !sameIgnition(expected, config))
    return failed(NAME, `${host}: the annotation does not match the rendered configuration`, REINSTALL);
  if (expected) return passed(NAME, `${host} has the rendered configuration`);
  const mounts =
    (config.storage?.filesystems ?? []).some((filesystem) => filesystem.path === path) && isMounted(config, path);
  if (!mounts) return failed(NAME, `${host}: the annotation mounts nothing at ${path}`, REINSTALL);
  return passed(NAME, `${host} mounts ${path}`);
}

/**
 * Reads the hub's ClusterInstance, if the user can read it.
 * @returns configurations by host name; empty for sites without one (SiteConfig)
 */
async function plannedOverrides(api: ClusterApi, cluster: string): Promise<Map<string, IgnitionConfig>> {
  const instance = { resource: CLUSTER_INSTANCES, namespace: cluster, name: cluster };
  const spec = (await findIfReadable(api, instance))?.spec;
  const nodes = Array.isArray(spec?.nodes)
    ? (spec.nodes as { hostName?: string; ignitionConfigOverride?: unknown }[])
    : [];
  return new Map(
    nodes.flatMap(({ hostName, ignitionConfigOverride }) => {
      const { config, problems } = parseOverride(ignitionConfigOverride);
      return hostName && problems.length === 0 ? [[hostName, config] as const] : [];
    }),
  );
}
