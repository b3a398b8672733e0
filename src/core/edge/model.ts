/**
 * The part of a Butane configuration that regadm renders, with Ignition's names. A field is undefined if the file does
 * not set it.
 */
export interface Storage {
  disks: Disk[];
  filesystems: Filesystem[];
}

export interface Disk {
  /** Absolute path, preferably below /dev/disk/by-path or /dev/disk/by-id. */
  device: string;
  wipeTable?: boolean;
  partitions: Partition[];
}

export interface Partition {
  label?: string;
  /** 0 or undefined means the next free number. */
  number?: number;
  /** In MiB; 0 means the start of the largest free block. */
  startMiB?: number;
  /** In MiB; 0 means all available space. */
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

/** Location of a value in its file: keys and list positions from the top. */
export type FieldPath = readonly (string | number)[];

/** A problem with one value, without file and line. */
export interface FieldProblem {
  path: FieldPath;
  message: string;
}

/** Formats a path: `storage.disks[0].device`. */
export function fieldName(path: FieldPath): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`)).join('');
}

/** Returns the value at a path in plain data; undefined if there is none. */
export function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string | number, unknown> | null)?.[part], value);
}
