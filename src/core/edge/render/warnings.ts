import { parseQuantity } from '../../model/values/quantity.js';
import type { Partition, Storage } from '../model.js';

/**
 * Minimum start of the partition in MiB that leaves enough space for the system. Source: the site generator's
 * documentation of the registry's partition.
 */
export const MIN_START_MIB = 25_000;

/** Lists what to consider before using the rendered files. */
export function renderWarnings(storage: Storage, size: string): string[] {
  const partitions = storage.disks.flatMap((disk) => disk.partitions);
  return [
    'the partition can only be created when the node is installed; on an installed node, this configuration changes nothing',
    'a start or a size that is too small (or too large for the disk) makes the installation fail',
    ...partitions.flatMap((partition) => partitionWarnings(partition, size)),
    ...storage.disks
      .filter(({ device }) => !isPersistentName(device))
      .map(
        ({ device }) =>
          `${device} can be another disk after the next boot: use its name in /dev/disk/by-path or /dev/disk/by-id`,
      ),
    ...storage.filesystems
      .filter(({ format, withMountUnit }) => withMountUnit && format === 'swap')
      .map(({ device }) => `${device} is swap, which a mount unit cannot mount: the unit will fail`),
  ];
}

/** True if a device name means the same disk at every boot. */
export function isPersistentName(device: string): boolean {
  return /^\/dev\/disk\/by-(path|id)\//.test(device);
}

function partitionWarnings({ label, number, startMiB, sizeMiB }: Partition, size: string): string[] {
  const name = label ?? number;
  const volumeMiB = (parseQuantity(size) ?? 0) / 2 ** 20;
  return [
    ...(startMiB && startMiB < MIN_START_MIB
      ? [
          `partition ${name} starts at ${startMiB} MiB: below ${MIN_START_MIB} MiB the system's own partition is too small`,
        ]
      : []),
    ...(sizeMiB && sizeMiB < volumeMiB ? [`partition ${name} has ${sizeMiB} MiB, less than the volume's ${size}`] : []),
  ];
}
