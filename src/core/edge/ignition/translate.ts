import type { Disk, Filesystem, Partition, Storage } from '../model.js';
import type { IgnitionConfig, IgnitionDisk, IgnitionFilesystem, IgnitionPartition } from './config.js';
import { mountUnit } from './mount-unit.js';

/**
 * The Ignition 3.2.0 configuration that `butane` makes of this storage part (variant fcos, version 1.3.0), value for value:
 * what was not written is left out, what was written stays even where it says the default; number 0 and empty lists are left out.
 * @param storage validated by `storageProblems`
 */
export function toIgnition(storage: Storage): IgnitionConfig {
  const disks = storage.disks.map(disk);
  const filesystems = storage.filesystems.map(filesystem);
  const units = storage.filesystems.filter((each) => each.withMountUnit).map(mountUnit);
  return {
    ignition: { version: '3.2.0' },
    ...(disks.length + filesystems.length > 0 && {
      storage: written({ disks: list(disks), filesystems: list(filesystems) }),
    }),
    ...(units.length > 0 && { systemd: { units } }),
  };
}

function disk({ device, partitions, wipeTable }: Disk): IgnitionDisk {
  return written({ device, partitions: list(partitions.map(partition)), wipeTable });
}

function partition(from: Partition): IgnitionPartition {
  return written({
    guid: from.guid,
    label: from.label,
    // Go's `omitempty` on a plain integer: 0 is never written.
    number: from.number || undefined,
    resize: from.resize,
    shouldExist: from.shouldExist,
    sizeMiB: from.sizeMiB,
    startMiB: from.startMiB,
    typeGuid: from.typeGuid,
    wipePartitionEntry: from.wipePartitionEntry,
  });
}

function filesystem(from: Filesystem): IgnitionFilesystem {
  return written({
    device: from.device,
    format: from.format,
    label: from.label,
    mountOptions: list(from.mountOptions),
    options: list(from.options),
    path: from.path,
    uuid: from.uuid,
    wipeFilesystem: from.wipeFilesystem,
  });
}

function list<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** The same object without its undefined values, so that comparing and printing agree. */
function written<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
