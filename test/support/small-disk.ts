import { spawnSync } from 'node:child_process';

/**
 * Mounts an empty disk of its own at a directory; only with `requires('mount')`.
 * @param size as tmpfs takes it: `512k`; undefined for no limit
 * @param files maximum number of files and directories, its own included; undefined for no limit
 * @throws Error if it cannot be mounted
 */
export function mountDisk(directory: string, size?: string, files?: number): void {
  const options = [
    ...(size === undefined ? [] : [`size=${size}`]),
    ...(files === undefined ? [] : [`nr_inodes=${files}`]),
  ];
  run('mount', '-t', 'tmpfs', ...(options.length === 0 ? [] : ['-o', options.join(',')]), 'tmpfs', directory);
}

/**
 * Removes the disk from the directory, and all of its files.
 * @throws Error if it cannot be removed
 */
export function unmountDisk(directory: string): void {
  // Lazily: a file that another process closes a moment later must not keep the directory.
  run('umount', '--lazy', directory);
}

function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}
