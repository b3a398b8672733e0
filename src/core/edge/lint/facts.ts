import type { IgnitionConfig } from '../ignition/config.js';
import type { FieldPath } from '../model.js';
import type { At, Finding } from './finding.js';

/** Everything that the files contain about one registry, with locations. */
export interface EdgeFacts {
  storages: StorageFacts[];
  objects: ObjectFacts[];
  /** Problems of single files. */
  findings: Finding[];
}

/** Partitions and mounts of one configuration. */
export interface StorageFacts {
  /**
   * `plan`: a Butane or Ignition file; `override`: the configuration of a node; `diskpartition`: its older form;
   * `machineconfig`: the configuration of a pool; `none`: a node of a site in which no node has a configuration.
   */
  role: 'plan' | 'override' | 'diskpartition' | 'machineconfig' | 'none';
  /** Role of the node, or name of the machine config pool; undefined for a plan. */
  pool?: unknown;
  /** The cluster of the node; undefined for plans and MachineConfigs. */
  cluster?: ClusterOfNodes;
  config: IgnitionConfig;
  /** Locates a path below `storage`. */
  at(path: FieldPath): At;
  /** Locates a path below `systemd.units`; undefined if the units are not in the file. */
  atUnit?(path: FieldPath): At;
}

/** A cluster in a site. Each is another object, also if two have the same name. */
export interface ClusterOfNodes {
  /** How messages name it. */
  name: string;
}

/** An object of the cluster, plain or as a policy applies it. */
export interface ObjectFacts {
  kind: string;
  /** How messages name it: the source file as the policy names it, or the file. */
  fileName: string;
  /** Effective value after all patches; undefined if it is not set. */
  get(path: FieldPath): unknown;
  /** Where the value comes from: the patch, the given source file, or the entry in the policy. */
  at(path: FieldPath): At;
  /** True if nothing in the files changes the published default of this field, so that there is no value to correct. */
  isPublished(path: FieldPath): boolean;
  /** How a policy applies it; undefined if no policy does. */
  policy?: { wave: Located; complianceType: Located; metadataComplianceType?: Located };
}

/** A value with its location; undefined: not set, not in the base either. */
export interface Located {
  value: unknown;
  at: At;
}

/** A mounted file system and the partition that it is on. */
export interface Mount {
  path: string;
  /** In MiB; undefined or 0 if not specified. */
  sizeMiB?: number;
  /** Location of the size, or of the path if there is no partition. */
  at: At;
}

/** Lists the mounts of all configurations. */
export function mountsOf({ storages }: Pick<EdgeFacts, 'storages'>): Mount[] {
  return storages.flatMap(({ config, at }) =>
    (config.storage?.filesystems ?? []).flatMap(({ path, device }, index) => {
      if (!path) return [];
      const partition = partitionOf(config, device);
      const place = partition ? [...partition.path, 'sizeMiB'] : ['filesystems', index, 'path'];
      return [{ path, sizeMiB: partition?.sizeMiB, at: at(place) }];
    }),
  );
}

/** Directory of the devices that are named by the labels of partitions. */
export const BY_LABEL = '/dev/disk/by-partlabel/';

/** Returns the label in a by-partlabel device path; undefined for other paths. */
export function labelOf(device: string): string | undefined {
  return device.startsWith(BY_LABEL) ? device.slice(BY_LABEL.length) : undefined;
}

/** Finds the partition of a file system in the same configuration. */
export function partitionOf(
  config: IgnitionConfig,
  device: string,
): { label?: string; sizeMiB?: number; path: FieldPath } | undefined {
  const label = labelOf(device);
  const partitions = (config.storage?.disks ?? []).flatMap((disk, index) =>
    (disk.partitions ?? []).map((partition, place) => ({ ...partition, path: ['disks', index, 'partitions', place] })),
  );
  return label === undefined ? undefined : partitions.find((partition) => partition.label === label);
}
