/**
 * The parts of an Ignition 3.2.0 configuration that regadm writes.
 * @see https://coreos.github.io/ignition/configuration-v3_2/
 */
export interface IgnitionConfig {
  ignition: { version: '3.2.0' };
  storage?: { disks?: IgnitionDisk[]; filesystems?: IgnitionFilesystem[] };
  systemd?: { units: IgnitionUnit[] };
}

export interface IgnitionDisk {
  device: string;
  partitions?: IgnitionPartition[];
  wipeTable?: boolean;
}

export interface IgnitionPartition {
  guid?: string;
  label?: string;
  number?: number;
  resize?: boolean;
  shouldExist?: boolean;
  sizeMiB?: number;
  startMiB?: number;
  typeGuid?: string;
  wipePartitionEntry?: boolean;
}

export interface IgnitionFilesystem {
  device: string;
  format?: string;
  label?: string;
  mountOptions?: string[];
  options?: string[];
  path?: string;
  uuid?: string;
  wipeFilesystem?: boolean;
}

export interface IgnitionUnit {
  contents?: string;
  dropins?: { name?: string; contents?: string }[];
  enabled?: boolean;
  mask?: boolean;
  name: string;
}
