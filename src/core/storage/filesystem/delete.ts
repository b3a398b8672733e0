import { sha256Digest, type Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { BLOB_EXISTS, DELETED, GONE } from '../results.js';
import type { Deletion, Link, RepositoryDeletion, Upload } from '../storage.js';
import { inDirectory } from '../../kit/below.js';
import { deleteIfEmpty, deleteLink, deleteTree, entriesOf, lstatOf } from './delete-files.js';
import {
  HEX,
  OWN_DIRECTORIES,
  blobData,
  hexOf,
  layerLinks,
  manifestLinks,
  namesBelow,
  repositoryDirectory,
  uploadDirectory,
} from '../layout.js';

/**
 * Deletes a manifest link and a layer link of the same digest, where old versions of the registry linked manifests.
 * @param since links written at this time or later are kept
 */
export async function deleteManifestLink(
  root: string,
  { repository, digest }: Link,
  since?: number,
): Promise<Deletion> {
  const [manifests, layers] = [manifestLinks(root, repository), layerLinks(root, repository)];
  const deletion = await deleteLink(root, namesBelow(root, `${manifests}/${hexOf(digest)}`), since);
  if (deletion.status !== 'skipped') await deleteLink(root, namesBelow(root, `${layers}/${hexOf(digest)}`), since);
  return deletion;
}

/**
 * Deletes a layer link once its blob no longer exists.
 * @param since a link written at this time or later is kept
 */
export async function deleteLayerLink(root: string, { repository, digest }: Link, since?: number): Promise<Deletion> {
  if (await lstatOf(blobData(root, hexOf(digest)))) return BLOB_EXISTS;
  return deleteLink(root, namesBelow(root, `${layerLinks(root, repository)}/${hexOf(digest)}`), since);
}

/** Deletes an unfinished upload. */
export async function deleteUpload(root: string, { repository, id }: Upload): Promise<Deletion> {
  const names = namesBelow(root, uploadDirectory(root, repository, id));
  return (await deleteTree(root, names, { isKnown: isUploadFile })) ? DELETED : GONE;
}

/**
 * Deletes a repository's own directories. Keeps nested repositories and files that are not part of the layout, with
 * their directories.
 * @param since links and uploads written at this time or later are kept
 */
export async function deleteRepository(root: string, name: string, since?: number): Promise<RepositoryDeletion> {
  try {
    return await deleteOwnDirectories(root, namesBelow(root, repositoryDirectory(root, name)), since);
  } catch (error) {
    return { status: 'failed', message: messageOf(error), remainingManifests: await remainingManifests(root, name) };
  }
}

async function deleteOwnDirectories(root: string, repository: readonly string[], since?: number): Promise<Deletion> {
  let found = false;
  for (const own of OWN_DIRECTORIES) {
    const isKnown = (parts: string[]): boolean =>
      own === '_uploads' ? isUploadFile(parts.slice(1)) : isLinkFile(parts);
    const existed = await deleteTree(root, [...repository, own], { isKnown, since });
    found ||= existed;
  }
  const parent = repository.slice(0, -1);
  await inDirectory(root, parent, (path) => deleteIfEmpty(`${path}/${repository.at(-1)!}`));
  return found ? DELETED : GONE;
}

/** Lists the remaining manifest links; undefined if they cannot be listed. */
async function remainingManifests(root: string, name: string): Promise<Digest[] | undefined> {
  const entries = await entriesOf(manifestLinks(root, name)).catch(() => undefined);
  return entries?.filter((entry) => HEX.test(entry.name)).map((entry) => sha256Digest(entry.name));
}

/**
 * True for a link's path below `_layers` or `_manifests`: `sha256/HEX/link`, `revisions/sha256/HEX/link`,
 * `tags/TAG/{current,index/sha256/HEX}/link`.
 */
function isLinkFile(parts: string[]): boolean {
  return parts.length >= 3 && parts.at(-1) === 'link';
}

/** True for a known path below `_uploads/ID`: `startedat`, `data`, `hashstates/…`. */
function isUploadFile(parts: string[]): boolean {
  return parts.length === 1 ? ['startedat', 'data'].includes(parts[0]!) : parts.length > 1 && parts[0] === 'hashstates';
}
