import type { Storage } from '../model.js';

/** One partition of a disk, and the file system on it. */
interface DiskOptions {
  device: string;
  /** In MiB from the start of the disk; 0 means the start of the largest free block. */
  startMiB: number;
  /** In MiB; 0 means the rest of the disk. */
  sizeMiB: number;
  /** Mount point. */
  path: string;
  filesystem: string;
  /** Partition label (default: `labelFromPath`). */
  label?: string;
}

/** xfs needs this option for project quotas, which container storage uses. Other formats do not mount with it. */
const MOUNT_OPTIONS: Record<string, string[]> = { xfs: ['defaults', 'prjquota'] };

/** Makes one partition with one file system that is mounted at every boot. */
export function storageFromDisk({ device, startMiB, sizeMiB, path, filesystem, label }: DiskOptions): Storage {
  const name = label ?? labelFromPath(path);
  return {
    disks: [{ device, wipeTable: false, partitions: [{ label: name, startMiB, sizeMiB }] }],
    filesystems: [
      {
        device: `/dev/disk/by-partlabel/${name}`,
        path,
        format: filesystem,
        options: [],
        mountOptions: MOUNT_OPTIONS[filesystem] ?? ['defaults'],
        wipeFilesystem: true,
        withMountUnit: true,
      },
    ],
  };
}

/** Derives a partition label from a mount point: `/var/lib/containers` is `var-lib-containers`. */
export function labelFromPath(path: string): string {
  return path.split('/').filter(Boolean).join('-');
}
