import { lstat, readdir, rmdir, unlink } from 'node:fs';
import type { Dirent } from 'node:fs';
import { promisify } from 'node:util';
import { isMissing } from './files.js';
import {
  HEX,
  OWN_FOLDERS,
  blobData,
  blobFolder,
  layersFolder,
  repositoryFolder,
  revisionsFolder,
  uploadFolder,
} from './layout.js';

/** `gone`: it was not there any more. */
export type Removal = 'deleted' | 'gone';

const remove = promisify(unlink);
const removeFolder = promisify(rmdir);
const list = promisify(readdir) as unknown as (path: string, options: { withFileTypes: true }) => Promise<Dirent[]>;

/**
 * Removes a blob's data and its folder. There may be very many: callbacks of node:fs cost half of what promises do, and that `data` is a
 * regular file was seen when the plan was made. The folder is looked at again, since it would be followed.
 * @throws the file system's error
 */
export function removeBlob(root: string, hex: string): Promise<Removal> {
  const folder = blobFolder(root, hex);
  return new Promise((resolve, reject) => {
    lstat(folder, (lost, stats) => {
      if (lost ? isMissing(lost) : !stats.isDirectory()) return resolve('gone');
      if (lost) return reject(lost);
      unlink(blobData(root, hex), (failed) => {
        if (failed && !isMissing(failed)) return reject(failed);
        rmdir(folder, (kept) => (kept && !mayStay(kept) ? reject(kept) : resolve(failed ? 'gone' : 'deleted')));
      });
    });
  });
}

/**
 * Removes a manifest's revision link and, as the registry itself does, a layer link of the same digest (old versions linked
 * manifests there). Its tags stay: the integrated registry reads tags from image streams.
 */
export async function removeManifestLink(root: string, repository: string, hex: string): Promise<Removal> {
  const removal = await removeLink(`${revisionsFolder(root, repository)}/${hex}`);
  await removeLink(`${layersFolder(root, repository)}/${hex}`);
  return removal;
}

/** Removes a layer link, but only once its blob is gone. @returns undefined when the blob is there */
export async function removeDanglingLayerLink(
  root: string,
  repository: string,
  hex: string,
): Promise<Removal | undefined> {
  if (await promisify(lstat)(blobData(root, hex)).catch(missing)) return undefined;
  return removeLink(`${layersFolder(root, repository)}/${hex}`);
}

/** Removes an upload that nobody finished. */
export async function removeUpload(root: string, repository: string, id: string): Promise<Removal> {
  const path = uploadFolder(root, repository, id);
  const removed = await removeKnown(path, (parts) => isUploadFile(['_uploads', id, ...parts]));
  return removed ? 'deleted' : 'gone';
}

/**
 * Removes a repository's own folders, links to manifests first; repositories below it, symbolic links and whatever is not
 * the layout's stay, and with them the folders that they are in.
 */
export async function removeRepository(root: string, name: string): Promise<Removal> {
  const path = repositoryFolder(root, name);
  let found = false;
  for (const own of OWN_FOLDERS) {
    const removed = await removeKnown(`${path}/${own}`, (parts) => isOwnFile([own, ...parts]));
    found ||= removed;
  }
  await removeIfEmpty(path);
  return found ? 'deleted' : 'gone';
}

/** Manifest links that a repository still has: what its removal failed on. */
export async function remainingManifests(root: string, name: string): Promise<string[]> {
  const entries = await list(revisionsFolder(root, name), { withFileTypes: true }).catch(() => [] as Dirent[]);
  return entries.map((entry) => entry.name).filter((entry) => HEX.test(entry));
}

async function removeLink(folder: string): Promise<Removal> {
  const stats = await promisify(lstat)(folder).catch(missing);
  if (!stats?.isDirectory()) return 'gone';
  const removal = await removeFile(`${folder}/link`);
  await removeIfEmpty(folder);
  return removal;
}

/** @returns false when the folder was not there */
async function removeKnown(
  folder: string,
  isKnown: (parts: string[]) => boolean,
  parts: string[] = [],
): Promise<boolean> {
  const stats = parts.length === 0 ? await promisify(lstat)(folder).catch(missing) : undefined;
  if (parts.length === 0 && !stats?.isDirectory()) return false;
  for (const entry of await list(folder, { withFileTypes: true }).catch(missingAsEmpty)) {
    const below = [...parts, entry.name];
    if (entry.isDirectory()) await removeKnown(`${folder}/${entry.name}`, isKnown, below);
    else if (entry.isFile() && isKnown(below)) await removeFile(`${folder}/${entry.name}`);
  }
  await removeIfEmpty(folder);
  return true;
}

/** Only regular files: a symbolic link of that name stays. */
async function removeFile(path: string): Promise<Removal> {
  const stats = await promisify(lstat)(path).catch(missing);
  if (!stats?.isFile()) return 'gone';
  try {
    await remove(path);
    return 'deleted';
  } catch (error) {
    if (isMissing(error)) return 'gone';
    throw error;
  }
}

async function removeIfEmpty(folder: string): Promise<void> {
  await removeFolder(folder).catch((error: NodeJS.ErrnoException) => {
    if (!mayStay(error)) throw error;
  });
}

/** A folder that is gone, or that holds what is not the layout's. */
function mayStay({ code = '' }: NodeJS.ErrnoException): boolean {
  return ['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(code);
}

/** `_layers/sha256/HEX/link`, `_manifests/{revisions/sha256/HEX/{link,signatures/sha256/HEX/link},tags/TAG/{current,index/sha256/HEX}/link}`, uploads. */
function isOwnFile(parts: string[]): boolean {
  return parts[0] === '_uploads' ? isUploadFile(parts) : parts.length >= 4 && parts.at(-1) === 'link';
}

/** `_uploads/ID/{startedat,data,hashstates/…}`. */
function isUploadFile(parts: string[]): boolean {
  return parts.length === 3 ? ['startedat', 'data'].includes(parts[2]!) : parts.length > 3 && parts[2] === 'hashstates';
}

function missing(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

function missingAsEmpty(error: unknown): Dirent[] {
  if (isMissing(error)) return [];
  throw error;
}
