/** The type of a field in a Butane file, and its name in Ignition. */
export type Field =
  { to: string; kind: 'string' | 'integer' | 'boolean' | 'strings' } | { to: string; kind: 'objects'; of: Fields };

export type Fields = Readonly<Record<string, Field>>;

const PARTITION: Fields = {
  label: { to: 'label', kind: 'string' },
  number: { to: 'number', kind: 'integer' },
  start_mib: { to: 'startMiB', kind: 'integer' },
  size_mib: { to: 'sizeMiB', kind: 'integer' },
  guid: { to: 'guid', kind: 'string' },
  type_guid: { to: 'typeGuid', kind: 'string' },
  should_exist: { to: 'shouldExist', kind: 'boolean' },
  wipe_partition_entry: { to: 'wipePartitionEntry', kind: 'boolean' },
  resize: { to: 'resize', kind: 'boolean' },
};

const DISK: Fields = {
  device: { to: 'device', kind: 'string' },
  wipe_table: { to: 'wipeTable', kind: 'boolean' },
  partitions: { to: 'partitions', kind: 'objects', of: PARTITION },
};

const FILESYSTEM: Fields = {
  path: { to: 'path', kind: 'string' },
  device: { to: 'device', kind: 'string' },
  format: { to: 'format', kind: 'string' },
  label: { to: 'label', kind: 'string' },
  uuid: { to: 'uuid', kind: 'string' },
  options: { to: 'options', kind: 'strings' },
  mount_options: { to: 'mountOptions', kind: 'strings' },
  wipe_filesystem: { to: 'wipeFilesystem', kind: 'boolean' },
  with_mount_unit: { to: 'withMountUnit', kind: 'boolean' },
};

/** The fields of the storage part that regadm renders: variant fcos, version 1.3.0. */
export const STORAGE: Fields = {
  disks: { to: 'disks', kind: 'objects', of: DISK },
  filesystems: { to: 'filesystems', kind: 'objects', of: FILESYSTEM },
};

/** Converts Ignition's name of a field to the name in a Butane file: `startMiB` is `start_mib`. */
export function butaneName(to: string): string {
  const all = { ...PARTITION, ...DISK, ...FILESYSTEM, ...STORAGE };
  return Object.keys(all).find((name) => all[name]!.to === to) ?? to;
}
