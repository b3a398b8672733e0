import type { BackupBlobs } from '../../backup-directory/blobs.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { manifestNeeds, type ManifestNeeds } from '../plan/manifest-needs.js';
import { MISSING, type ImageContent } from '../plan/saved.js';

/**
 * Reads the manifests of an image from a backup. What is missing is in `needed`.
 * @throws the file system's error
 */
export async function readImageContent(blobs: BackupBlobs, image: Digest): Promise<ImageContent> {
  const content: ImageContent = { needed: new Set(), elsewhere: new Set(), unusable: new Map() };
  const open = [image];
  for (let manifest = open.pop(); manifest !== undefined; manifest = open.pop()) {
    if (content.needed.has(manifest)) continue;
    content.needed.add(manifest);
    const needs = await readNeeds(blobs, manifest, content.unusable);
    if (needs === 'missing' && manifest !== image) content.unusable.set(manifest, MISSING);
    if (needs === 'missing' || needs === undefined) continue;
    for (const digest of needs.blobs) content.needed.add(digest);
    for (const digest of needs.elsewhere) content.elsewhere.add(digest);
    open.push(...needs.children);
  }
  return content;
}

async function readNeeds(
  blobs: BackupBlobs,
  manifest: Digest,
  unusable: Map<Digest, string>,
): Promise<ManifestNeeds | 'missing' | undefined> {
  try {
    if ((await blobs.size(manifest)) === undefined) return 'missing';
    const content = await blobs.readManifest(manifest);
    if (content) return manifestNeeds(content.toString('utf8'));
    unusable.set(manifest, DIFFERENT);
  } catch (error) {
    if (!isDamage(error)) throw error;
    unusable.set(manifest, messageOf(error));
  }
  return undefined;
}

/** What is wrong with a blob whose content does not match its digest. */
export const DIFFERENT = 'its content does not match its digest';

/** Returns true for an error that shows damage: anything but that the file system does not let this user read. */
export function isDamage(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code !== 'string' || code === 'EIO';
}
