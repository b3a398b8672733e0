import type { IgnitionConfig, IgnitionFilesystem } from '../ignition/config.js';
import { mountProblem } from '../ignition/mount-problem.js';
import { withoutSlashAtEnd } from '../text-problems.js';

/** Finds the file system that a configuration has at a path. */
export function filesystemAt(config: IgnitionConfig, path: string): IgnitionFilesystem | undefined {
  return config.storage?.filesystems?.find((each) => each.path && withoutSlashAtEnd(each.path) === path);
}

/** Says why a configuration mounts nothing at a path; undefined if it mounts a file system there. */
export function notMounted(config: IgnitionConfig, path: string): string | undefined {
  const filesystem = filesystemAt(config, path);
  if (!filesystem) return `mounts nothing at ${path}`;
  const problem = mountProblem(config, filesystem);
  return problem && `mounts nothing at ${path}: ${problem.message}`;
}
