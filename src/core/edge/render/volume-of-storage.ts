import { parseQuantity } from '../../model/quantity.js';
import { usageError } from '../../model/errors.js';
import type { Storage } from '../model.js';
import type { RegistryVolume } from './registry-objects.js';

/**
 * The registry's volume on this storage.
 * @param path the mount path that was asked for; without it the only one there is
 * @throws RegadmError (USAGE) when no mounted file system, or more than one, can be meant
 */
export function volumeOfStorage({ filesystems }: Storage, size: string, path?: string): RegistryVolume {
  const paths = filesystems.filter(({ withMountUnit }) => withMountUnit).map((each) => each.path!);
  if (path !== undefined && !paths.includes(path)) {
    throw usageError(
      `--path: no file system is mounted at ${path}`,
      paths.length > 0 ? [`mounted are ${paths.join(', ')}`] : [],
    );
  }
  if (path === undefined && paths.length !== 1) {
    throw usageError(
      paths.length === 0
        ? 'the file mounts no file system: set with_mount_unit for the one of the registry'
        : "more than one file system is mounted: say with --path which one is the registry's",
      paths.length === 0 ? [] : [`mounted are ${paths.join(', ')}`],
    );
  }
  return { path: path ?? paths[0]!, size };
}

/** A volume's size. @throws RegadmError (USAGE) that names the flag */
export function sizeFlag(size: string): string {
  if ((parseQuantity(size) ?? 0) > 0) return size;
  throw usageError(`--size must be a quantity above 0 such as 100Gi, not "${size}"`);
}
