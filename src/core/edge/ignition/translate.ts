import type { Disk, Filesystem, Partition, Storage } from '../model.js';
import type { IgnitionConfig, IgnitionDisk, IgnitionFilesystem, IgnitionPartition } from './config.js';
import { mountUnit } from './mount-unit.js';

/**
 * Translates a storage part to the Ignition 3.2.0 configuration that `butane` creates from it (variant fcos, version
 * 1.3.0). Omits fields that are not set, the number 0 and empty lists; keeps all other fields, even with the default
 * value.
 * @param storage without `storageProblems`
 */
export function toIgnition(storage: Storage): IgnitionConfig {
  const disks = storage.disks.map(disk);
  const filesystems = storage.filesystems.map(filesystem);
  const units = storage.filesystems.filter((each) => each.withMountUnit).map(mountUnit);
  return {
    ignition: { version: '3.2.0' },
    ...(disks.length + filesystems.length > 0 && {
      storage: withoutUndefined({ disks: nonEmpty(disks), filesystems: nonEmpty(filesystems) }),
    }),
    ...(units.length > 0 && { systemd: { units } }),
  };
}

function disk({ device, partitions, wipeTable }: Disk): IgnitionDisk {
  return withoutUndefined({ device, partitions: nonEmpty(partitions.map(partition)), wipeTable });
}

function partition(from: Partition): IgnitionPartition {
  return withoutUndefined({
    guid: from.guid,
    label: from.label,
    // Go's `omitempty` on a plain integer: 0 is never written.
    number: from.number === 0 ? undefined : from.number,
    resize: from.resize,
    shouldExist: from.shouldExist,
    sizeMiB: from.sizeMiB,
    startMiB: from.startMiB,
    typeGuid: from.typeGuid,
    wipePartitionEntry: from.wipePartitionEntry,
  });
}

function filesystem(from: Filesystem): IgnitionFilesystem {
  return withoutUndefined({
    device: from.device,
    format: from.format,
    label: from.label,
    mountOptions: nonEmpty(from.mountOptions),
    options: nonEmpty(from.options),
    path: from.path,
    uuid: from.uuid,
    wipeFilesystem: from.wipeFilesystem,
  });
}

function nonEmpty<T>(items: T[]): T[] | undefined {
  return items.length > 0 ? items : undefined;
}

/** Removes undefined values, so that comparing and printing give the same result. */
function withoutUndefined<T extends object>(object: T): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
