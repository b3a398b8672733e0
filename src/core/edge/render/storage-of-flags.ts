import type { FieldProblem, Storage } from '../model.js';
import { storageProblems } from '../storage-problems.js';
import { usageError, type RegadmError } from '../../model/errors.js';

/** What `edge render` was asked for without a Butane file. */
export interface DiskFlags {
  device: string;
  /** MiB from the start of the disk. */
  startMib: number;
  /** MiB; 0 for the rest of the disk. */
  sizeMib: number;
  path: string;
  filesystem: string;
  /** Defaults to the path with dashes: `/var/lib/containers` is `var-lib-containers`. */
  label?: string;
}

/** xfs accounts per project, which container storage needs; other formats would refuse to mount with that option. */
const MOUNT_OPTIONS: Record<string, string[]> = { xfs: ['defaults', 'prjquota'] };

const FLAG_OF: Record<string, string> = {
  device: 'device',
  label: 'label',
  startMiB: 'start-mib',
  sizeMiB: 'size-mib',
  path: 'path',
  format: 'filesystem',
};

/**
 * One partition and one file system on it, mounted at every boot.
 * @throws RegadmError (USAGE) that names the flag
 */
export function storageOfFlags({ device, startMib, sizeMib, path, filesystem, label }: DiskFlags): Storage {
  const name = label ?? path.split('/').filter(Boolean).join('-');
  // udev escapes other characters in /dev/disk/by-partlabel, and the file system would not be found.
  if (!/^[A-Za-z0-9._-]+$/.test(name))
    throw badLabel(`--label: must be made of letters, digits, dots, dashes and underscores, not "${name}"`);
  const storage: Storage = {
    disks: [{ device, wipeTable: false, partitions: [{ label: name, startMiB: startMib, sizeMiB: sizeMib }] }],
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
  const [problem] = storageProblems(storage);
  if (problem) throw flagError(problem);
  return storage;
}

function flagError({ path, message }: FieldProblem): RegadmError {
  const flag = FLAG_OF[String(path.at(-1))] ?? 'device';
  return flag === 'label' ? badLabel(`--label: ${message}`) : usageError(`--${flag}: ${message}`);
}

function badLabel(message: string): RegadmError {
  return usageError(message, ['without --label it is made of the path; pass --label NAME with up to 36 characters']);
}
