import { parseQuantity } from '../../model/quantity.js';
import type { Partition, Storage } from '../model.js';

/** The least start that leaves the system its own partition. Source: the site generator's documentation of the registry's partition. */
export const LEAST_START_MIB = 25_000;

/** What to know before these files are used. */
export function cautions(storage: Storage, size: string): string[] {
  const partitions = storage.disks.flatMap((disk) => disk.partitions);
  return [
    'the partition can only be made when the node is installed: on an installed node this configuration changes nothing',
    'a start or a size that is too small (or too large for the disk) makes the installation fail',
    ...partitions.flatMap((partition) => partitionCautions(partition, size)),
    ...storage.disks
      .filter(({ device }) => !isPersistentName(device))
      .map(
        ({ device }) =>
          `${device} may be another disk after the next boot: name it by /dev/disk/by-path or /dev/disk/by-id`,
      ),
    ...storage.filesystems
      .filter(({ format, withMountUnit }) => withMountUnit && format === 'swap')
      .map(({ device }) => `${device} is swap, which a mount unit cannot mount: the unit will fail`),
  ];
}

/** True for names that mean the same disk at every boot. */
export function isPersistentName(device: string): boolean {
  return /^\/dev\/disk\/by-(path|id)\//.test(device);
}

function partitionCautions({ label, number, startMiB, sizeMiB }: Partition, size: string): string[] {
  const name = label ?? number;
  const wanted = (parseQuantity(size) ?? 0) / 2 ** 20;
  return [
    ...(startMiB && startMiB < LEAST_START_MIB
      ? [
          `partition ${name} starts at ${startMiB} MiB: below ${LEAST_START_MIB} MiB the system's own partition is too small`,
        ]
      : []),
    ...(sizeMiB && sizeMiB < wanted ? [`partition ${name} has ${sizeMiB} MiB, less than the volume's ${size}`] : []),
  ];
}
