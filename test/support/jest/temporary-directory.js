import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const MEMORY = '/dev/shm';
/** File system type of tmpfs (TMPFS_MAGIC in linux/magic.h). */
const TMPFS = 0x01021994;
/** Tests use less than a tenth of this, in bytes. Containers often have only 64 MB there. */
const NEEDED = 2 ** 30;
/** Name of the directory of a test run; the process ID follows. */
const PREFIX = 'regadm-tests-';

/**
 * Runs before all tests: puts their temporary files in memory if there is enough space for them. Each simulated
 * registry creates and deletes about a thousand files and directories, which is slow on a disk.
 */
export default function useMemory() {
  if (process.env.TMPDIR !== undefined || !hasSpaceInMemory()) return;
  removeAbandoned();
  const directory = path.join(MEMORY, `${PREFIX}${process.pid}`);
  mkdirSync(directory, { mode: 0o700 });
  process.once('exit', () => remove(directory));
  if (canExecute(directory)) process.env.TMPDIR = directory;
}

function hasSpaceInMemory() {
  try {
    const { type, bavail, bsize } = statfsSync(MEMORY);
    return type === TMPFS && bavail * bsize >= NEEDED;
  } catch {
    return false;
  }
}

/** Returns whether programs can be started there: systems can mount it with `noexec`. */
function canExecute(directory) {
  const script = path.join(directory, 'probe');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o700 });
  return spawnSync(script).status === 0;
}

/** Removes the directories of test runs that were killed. */
function removeAbandoned() {
  for (const name of readdirSync(MEMORY)) {
    if (name.startsWith(PREFIX) && !existsSync(`/proc/${name.slice(PREFIX.length)}`)) remove(path.join(MEMORY, name));
  }
}

function remove(directory) {
  rmSync(directory, { recursive: true, force: true });
}
