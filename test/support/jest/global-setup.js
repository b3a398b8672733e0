import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tls from 'node:tls';

const MEMORY = '/dev/shm';
/** File system type of tmpfs (TMPFS_MAGIC in linux/magic.h). */
const TMPFS = 0x01021994;
/** Tests use less than a tenth of this, in bytes. Containers often have only 64 MB there. */
const NEEDED = 2 ** 30;
/** Name of the directory of a test run; the process ID follows. */
const PREFIX = 'regadm-tests-';

/** Runs before all tests: prepares the environment that they and the programs that they start inherit. */
export default function prepare() {
  const directory = makeDirectory(process.env.TMPDIR === undefined && isUsable(MEMORY) ? MEMORY : tmpdir());
  process.env.TMPDIR = directory;
  process.env.SSL_CERT_FILE = writeAuthorities(directory);
}

/**
 * Makes a directory for the temporary files of all tests; it is in memory if possible. Each simulated registry creates
 * and deletes about a thousand files and directories, which is slow on a disk.
 */
function makeDirectory(parent) {
  removeAbandoned(parent);
  const directory = path.join(parent, `${PREFIX}${process.pid}`);
  mkdirSync(directory);
  // As /tmp: some tests act as a user without rights.
  chmodSync(directory, 0o1777);
  process.once('exit', () => remove(directory));
  return directory;
}

/** Returns whether a tmpfs has enough space, and programs can be started there. */
function isUsable(parent) {
  try {
    const { type, bavail, bsize } = statfsSync(parent);
    return type === TMPFS && bavail * bsize >= NEEDED && canExecute(parent);
  } catch {
    return false;
  }
}

/** Returns whether programs can be started there: systems can mount it with `noexec`. */
function canExecute(parent) {
  const script = path.join(parent, `${PREFIX}${process.pid}-probe`);
  try {
    writeFileSync(script, '#!/bin/sh\n', { mode: 0o700 });
    return spawnSync(script).status === 0;
  } finally {
    remove(script);
  }
}

/** Removes the directories of test runs that were killed. */
function removeAbandoned(parent) {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(PREFIX) && !isRunning(parseInt(name.slice(PREFIX.length)))) remove(path.join(parent, name));
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Writes a file of system authorities with one of them: every run loads them, and all 140 take 50 ms. */
function writeAuthorities(directory) {
  const file = path.join(directory, 'authorities.pem');
  writeFileSync(file, tls.rootCertificates[0]);
  return file;
}

function remove(name) {
  rmSync(name, { recursive: true, force: true });
}
