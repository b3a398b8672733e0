/** The types of the fields that regadm reads in an Ignition configuration. */
export const DISK_KINDS: Record<string, string> = { device: 'string', wipeTable: 'boolean' };

export const PARTITION_KINDS: Record<string, string> = {
  label: 'string',
  number: 'number',
  sizeMiB: 'number',
  startMiB: 'number',
  guid: 'string',
  typeGuid: 'string',
  shouldExist: 'boolean',
  wipePartitionEntry: 'boolean',
  resize: 'boolean',
};

export const FILESYSTEM_KINDS: Record<string, string> = {
  device: 'string',
  path: 'string',
  format: 'string',
  label: 'string',
  uuid: 'string',
  options: 'strings',
  mountOptions: 'strings',
  wipeFilesystem: 'boolean',
};

export const UNIT_KINDS: Record<string, string> = {
  name: 'string',
  contents: 'string',
  enabled: 'boolean',
  mask: 'boolean',
};

export const DROPIN_KINDS: Record<string, string> = { name: 'string', contents: 'string' };
