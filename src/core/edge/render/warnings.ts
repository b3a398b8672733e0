import { parseQuantity } from '../../model/values/quantity.js';
import type { Partition, Storage } from '../model.js';
import { tooLongPolicyNames } from './policy-generator.js';
import { registryFilesystem } from './registry-filesystem.js';
import type { RenderForm } from './render.js';

/**
 * Minimum start of the partition in MiB that leaves enough space for the system. Source: the site generator's
 * documentation of the registry's partition.
 */
export const MIN_START_MIB = 25_000;

interface Rendered {
  storage: Storage;
  /** Size of the volume, a Kubernetes quantity. */
  size: string;
  /** Mount point of the registry; undefined if the storage mounts only one file system. */
  path?: string;
  cluster: string;
  forms: readonly RenderForm[];
}

/** Lists what to consider before using the rendered files. */
export function renderWarnings({ storage, size, path, cluster, forms }: Rendered): string[] {
  const partitions = storage.disks.flatMap((disk) => disk.partitions);
  const registry = partitionOf(storage, path);
  return [
    'the partition can only be created when the node is installed; on an installed node, this configuration changes nothing',
    'a start or a size that is too small (or too large for the disk) makes the installation fail',
    ...(forms.includes('machineconfig') ? [EXTRA_MANIFEST] : []),
    ...partitions.flatMap(startWarnings),
    ...(registry ? sizeWarnings(registry, size) : []),
    ...storage.disks
      .filter(({ device }) => !isPersistentName(device))
      .map(
        ({ device }) =>
          `${device} can be another disk after the next boot: use its name in /dev/disk/by-path or /dev/disk/by-id`,
      ),
    ...storage.filesystems
      .filter(({ format, withMountUnit }) => withMountUnit && format === 'swap')
      .map(({ device }) => `${device} is swap, which a mount unit cannot mount: the unit will fail`),
    ...storage.filesystems
      .filter((each) => each.path && !each.withMountUnit)
      .map((each) => `nothing mounts ${each.path} when the node boots: set with_mount_unit: true in the Butane file`),
    ...(forms.includes('policygenerator') ? tooLongPolicyNames(cluster) : []).map(
      (name) => `the policy name ${name} is too long: the generator allows 63 characters with the namespace`,
    ),
  ];
}

const EXTRA_MANIFEST =
  'use either ignitionConfigOverride or the MachineConfig, which must be among the extra manifests of the installation: on an installed node, its machine config pool becomes degraded';

/** True if a device name means the same disk at every boot. */
export function isPersistentName(device: string): boolean {
  return /^\/dev\/disk\/by-(path|id)\//.test(device);
}

/** Finds the partition of the registry; undefined if it is not clear which one it is. */
function partitionOf(storage: Storage, path?: string): Partition | undefined {
  const device = registryFilesystem(storage, path)?.device;
  const partitions = storage.disks.flatMap((disk) => disk.partitions);
  return partitions.find(({ label }) => label !== undefined && device === `/dev/disk/by-partlabel/${label}`);
}

function startWarnings(partition: Partition): string[] {
  const { startMiB } = partition;
  if (!startMiB || startMiB >= MIN_START_MIB) return [];
  return [
    `partition ${nameOf(partition)} starts at ${startMiB} MiB: on the system's disk, the system's own partition is too small below ${MIN_START_MIB} MiB`,
  ];
}

/** A partition without a size takes the rest of the disk, whose size is not known here. */
function sizeWarnings(partition: Partition, size: string): string[] {
  const { sizeMiB } = partition;
  const volumeMiB = (parseQuantity(size) ?? 0) / 2 ** 20;
  if (!sizeMiB || sizeMiB >= volumeMiB) return [];
  return [`partition ${nameOf(partition)} has ${sizeMiB} MiB, less than the volume's ${size}`];
}

function nameOf({ label, number }: Partition): string {
  return label ?? String(number);
}
