import { usageError } from '../../model/errors.js';
import type { Filesystem, Storage } from '../model.js';

/**
 * Finds the mount point of the registry.
 * @param path mount point of the registry; undefined if there is only one mounted file system
 * @throws RegadmError (USAGE) if no mounted file system matches, or more than one
 */
export function registryPath(storage: Storage, path?: string): string {
  const paths = mounted(storage).map((each) => each.path!);
  const all = paths.length > 0 ? [`mounted are ${paths.join(', ')}`] : [];
  if (path !== undefined && !paths.includes(path))
    throw usageError(`--path: no file system is mounted at ${path}`, all);
  if (path === undefined && paths.length === 0)
    throw usageError("the file does not mount a file system: set with_mount_unit for the registry's");
  if (path === undefined && paths.length > 1)
    throw usageError("more than one file system is mounted: select the registry's with --path", all);
  return path ?? paths[0]!;
}

/** Finds the file system of the registry; undefined if it is not clear which one it is. */
export function registryFilesystem(storage: Storage, path?: string): Filesystem | undefined {
  const candidates = mounted(storage).filter((each) => path === undefined || each.path === path);
  return candidates.length === 1 ? candidates[0] : undefined;
}

function mounted({ filesystems }: Storage): Filesystem[] {
  return filesystems.filter(({ withMountUnit }) => withMountUnit);
}
