import { usageError } from '../../model/errors.js';
import type { Storage } from '../model.js';
import type { RegistryVolume } from './registry-objects.js';

/**
 * Finds the file system of the registry's volume.
 * @param path mount point of the registry; undefined if there is only one mounted file system
 * @throws RegadmError (USAGE) if no mounted file system matches, or more than one
 */
export function volumeFromStorage({ filesystems }: Storage, size: string, path?: string): RegistryVolume {
  const paths = filesystems.filter(({ withMountUnit }) => withMountUnit).map((each) => each.path!);
  const mounted = paths.length > 0 ? [`mounted are ${paths.join(', ')}`] : [];
  if (path !== undefined && !paths.includes(path))
    throw usageError(`--path: no file system is mounted at ${path}`, mounted);
  if (path === undefined && paths.length === 0)
    throw usageError("the file does not mount a file system: set with_mount_unit for the registry's");
  if (path === undefined && paths.length > 1)
    throw usageError("more than one file system is mounted: select the registry's with --path", mounted);
  return { path: path ?? paths[0]!, size };
}
