import { realpath } from 'node:fs/promises';
import { isMissing } from '../../kit/below.js';
import { refusal } from '../../model/errors.js';
import { entriesIn, statOf } from './files.js';

/**
 * Finds the registry's files below the directory where its volume is mounted.
 * @returns the absolute path of its `docker/registry/v2`
 * @throws RegadmError STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4)
 */
export async function findRegistryRoot(directory: string): Promise<string> {
  const base = await realpath(directory).catch((error: unknown) => {
    if (isMissing(error)) throw notARegistry(directory, 'there is no such directory');
    throw error;
  });
  let path = base;
  for (const name of ['docker', 'registry']) path = await subdirectory(path, name, directory);
  const root = await versionDirectory(path, directory);
  await assertLayout(root);
  return root;
}

async function subdirectory(parent: string, name: string, directory: string): Promise<string> {
  const path = `${parent === '/' ? '' : parent}/${name}`;
  const stats = await statOf(path);
  if (stats?.isSymbolicLink()) throw linkRefused(path);
  if (!stats?.isDirectory()) throw notARegistry(directory);
  return path;
}

async function versionDirectory(path: string, directory: string): Promise<string> {
  const versions = (await entriesIn(path)).filter(({ name }) => /^v\d+$/.test(name)).map(({ name }) => name);
  if (versions.includes('v2')) return subdirectory(path, 'v2', directory);
  if (versions.length === 0) throw notARegistry(directory);
  throw unknownLayout(`${path}/${versions.join(', ')}`, 'regadm supports only docker/registry/v2');
}

async function assertLayout(root: string): Promise<void> {
  const entries = await entriesIn(root);
  const known = entries.filter(({ name }) => name === 'blobs' || name === 'repositories');
  if (known.length === 0) throw unknownLayout(root, 'it has neither blobs nor repositories');
  for (const entry of known) {
    if (entry.isSymbolicLink()) throw linkRefused(`${root}/${entry.name}`);
    if (!entry.isDirectory()) throw unknownLayout(`${root}/${entry.name}`, 'it is not a directory');
  }
  if (known.some(({ name }) => name === 'blobs')) await assertBlobDirectories(`${root}/blobs`);
}

/** Checks that blobs are below `sha256/<first 2 hex digits>/`. */
async function assertBlobDirectories(blobs: string): Promise<void> {
  const algorithms = await entriesIn(blobs);
  const sha256 = algorithms.find(({ name }) => name === 'sha256');
  if (sha256?.isSymbolicLink()) throw linkRefused(`${blobs}/sha256`);
  if (!sha256 && algorithms.length > 0) throw unknownLayout(blobs, 'it has no directory sha256');
  if (!sha256) return;
  const prefixes = await entriesIn(`${blobs}/sha256`);
  if (prefixes.length > 0 && !prefixes.some(({ name }) => /^[0-9a-f]{2}$/.test(name))) {
    throw unknownLayout(`${blobs}/sha256`, 'its directories are not named by the first two digits of digests');
  }
}

function notARegistry(directory: string, why = 'it has no docker/registry/v2'): Error {
  return refusal('STORAGE_NOT_A_REGISTRY', `${directory} is not a registry's storage: ${why}`, [
    'pass the directory that contains the directory "docker"; nothing was changed',
  ]);
}

function unknownLayout(path: string, why: string): Error {
  return refusal('STORAGE_UNKNOWN_LAYOUT', `unknown storage layout at ${path}: ${why}`, ['nothing was changed']);
}

function linkRefused(path: string): Error {
  return refusal('STORAGE_UNKNOWN_LAYOUT', `${path} is a symbolic link; regadm does not follow symbolic links`, [
    "pass the directory where the registry's volume is mounted; nothing was changed",
  ]);
}
