import type { IgnitionConfig } from '../ignition/config.js';
import { labelFromPath } from './storage-from-disk.js';

/** The label by which a pool selects its MachineConfigs. */
export const ROLE_LABEL = 'machineconfiguration.openshift.io/role';

/** Keeps the whole name below the maximum of 253 characters. */
const MAX_PATH_PART = 100;

/**
 * Renders the MachineConfig that creates the partition, for the extra manifests of the installation.
 * @param path mount point of the registry, which gives the name
 * @param role name of the machine config pool
 */
export function machineConfig(config: IgnitionConfig, path: string, role: string): object {
  return {
    apiVersion: 'machineconfiguration.openshift.io/v1',
    kind: 'MachineConfig',
    metadata: { labels: { [ROLE_LABEL]: role }, name: `98-${nameFromPath(path)}-partition-${role}` },
    spec: { config },
  };
}

/** Derives a part of an object name from a path: `/var/lib/My_Data` is `var-lib-my-data`. */
function nameFromPath(path: string): string {
  const name = labelFromPath(path)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  return name.slice(0, MAX_PATH_PART).replace(/^-|-$/g, '') || 'root';
}
