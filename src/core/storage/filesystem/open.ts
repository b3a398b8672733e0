import { realpath } from 'node:fs/promises';
import { refusal, usageError } from '../../model/errors.js';
import { entriesIn, isMissing, statOf } from './files.js';

/**
 * Finds the registry's files below the folder where its volume is mounted.
 * @returns the absolute path of its `docker/registry/v2`
 * @throws RegadmError USAGE when there is no such folder; STORAGE_NOT_A_REGISTRY, STORAGE_UNKNOWN_LAYOUT (exit status 4)
 */
export async function openStorage(directory: string): Promise<string> {
  const base = await realpath(directory).catch((error: unknown) => {
    if (isMissing(error))
      throw usageError(`--storage ${directory}: no such folder`, [
        "pass the folder where the registry's volume is mounted",
      ]);
    throw usageError(`--storage ${directory}: ${(error as Error).message}`);
  });
  let path = base;
  for (const part of ['docker', 'registry']) path = await folder(path, part, directory);
  const root = await versionFolder(path, directory);
  await assertLayout(root);
  return root;
}

async function folder(parent: string, name: string, directory: string): Promise<string> {
  const path = `${parent === '/' ? '' : parent}/${name}`;
  const stats = await statOf(path);
  if (stats?.isSymbolicLink()) throw linkRefused(path);
  if (!stats?.isDirectory()) throw notARegistry(directory);
  return path;
}

async function versionFolder(path: string, directory: string): Promise<string> {
  const versions = (await entriesIn(path)).filter(({ name }) => /^v\d+$/.test(name)).map(({ name }) => name);
  if (versions.includes('v2')) return folder(path, 'v2', directory);
  if (versions.length === 0) throw notARegistry(directory);
  throw unknownLayout(`${path}/${versions.join(', ')}`, 'regadm knows docker/registry/v2 only');
}

async function assertLayout(root: string): Promise<void> {
  const entries = await entriesIn(root);
  const known = entries.filter(({ name }) => name === 'blobs' || name === 'repositories');
  if (known.length === 0) throw unknownLayout(root, 'it has neither blobs nor repositories');
  for (const entry of known) {
    if (entry.isSymbolicLink()) throw linkRefused(`${root}/${entry.name}`);
    if (!entry.isDirectory()) throw unknownLayout(`${root}/${entry.name}`, 'it is no folder');
  }
  if (known.some(({ name }) => name === 'blobs')) await assertBlobFolders(`${root}/blobs`);
}

/** Blobs lie in `sha256/<first 2 hex>/`; a folder with other things only is not understood. */
async function assertBlobFolders(blobs: string): Promise<void> {
  const algorithms = await entriesIn(blobs);
  const sha256 = algorithms.find(({ name }) => name === 'sha256');
  if (sha256?.isSymbolicLink()) throw linkRefused(`${blobs}/sha256`);
  if (!sha256 && algorithms.length > 0) throw unknownLayout(blobs, 'it has no sha256');
  if (!sha256) return;
  const prefixes = await entriesIn(`${blobs}/sha256`);
  if (prefixes.length > 0 && !prefixes.some(({ name }) => /^[0-9a-f]{2}$/.test(name))) {
    throw unknownLayout(`${blobs}/sha256`, 'its folders are not named by the first two digits of digests');
  }
}

function notARegistry(directory: string): Error {
  return refusal(
    'STORAGE_NOT_A_REGISTRY',
    `--storage ${directory} is not a registry's storage: it has no docker/registry/v2`,
    ['pass the folder that holds the folder "docker"; nothing was touched'],
  );
}

function unknownLayout(path: string, why: string): Error {
  return refusal('STORAGE_UNKNOWN_LAYOUT', `unknown storage layout at ${path}: ${why}`, ['nothing was touched']);
}

function linkRefused(path: string): Error {
  return refusal('STORAGE_UNKNOWN_LAYOUT', `${path} is a symbolic link, and those are not followed`, [
    "pass the folder where the registry's volume really is; nothing was touched",
  ]);
}
