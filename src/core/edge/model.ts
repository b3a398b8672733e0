/** The part of a Butane configuration that regadm renders, in Ignition's names. What is undefined was not written. */
export interface Storage {
  disks: Disk[];
  filesystems: Filesystem[];
}

export interface Disk {
  /** Absolute path, best below /dev/disk/by-path or /dev/disk/by-id. */
  device: string;
  wipeTable?: boolean;
  partitions: Partition[];
}

export interface Partition {
  label?: string;
  /** 0 or undefined for the next free number. */
  number?: number;
  /** MiB; 0 for the start of the largest free block. */
  startMiB?: number;
  /** MiB; 0 for as much as there is. */
  sizeMiB?: number;
  guid?: string;
  typeGuid?: string;
  shouldExist?: boolean;
  wipePartitionEntry?: boolean;
  resize?: boolean;
}

export interface Filesystem {
  device: string;
  path?: string;
  format?: string;
  label?: string;
  uuid?: string;
  options: string[];
  mountOptions: string[];
  wipeFilesystem?: boolean;
  withMountUnit?: boolean;
}

/** Where a value stands in its file: keys and list positions from the top. */
export type FieldPath = readonly (string | number)[];

/** What is wrong with one value, without the file and the line. */
export interface FieldProblem {
  path: FieldPath;
  message: string;
}

/** `storage.disks[0].device`. */
export function fieldName(path: FieldPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}
