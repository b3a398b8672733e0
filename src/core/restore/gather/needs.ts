import { createHash } from 'node:crypto';
import type { Backup } from '../../backup-directory/open.js';
import { forEachParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { ManifestContent, Registry } from '../../registry/api.js';
import { manifestNeeds, type ManifestNeeds } from '../plan/manifest-needs.js';

/** What is known of a manifest: what it names, or why that is not known. */
export type ReadNeeds = { needs: ManifestNeeds } | { problem: string } | 'missing';

/** By image. */
export type Needs = Map<Digest, ReadNeeds>;

/** Maximum number of blobs that are read from the backup at the same time. */
const CONCURRENCY = 4;

/**
 * Reads the manifests of images from the backup, with the children of indexes.
 * @returns by image; `missing` for one that the backup does not have
 */
export async function readSavedNeeds(
  { blobs }: Pick<Backup, 'blobs'>,
  names: Iterable<Digest>,
  signal: AbortSignal,
): Promise<Needs> {
  const found: Needs = new Map();
  for (let next = [...names]; next.length > 0;) {
    await forEachParallel(next, { concurrency: CONCURRENCY, waitsAfterError: true }, async (name) => {
      signal.throwIfAborted();
      found.set(name, await readNeeds(() => savedManifest({ blobs }, name)));
    });
    next = [...childrenOf(found)].filter((child) => !found.has(child));
  }
  return found;
}

/** Returns the children of the indexes among images. */
export function childrenOf(needs: Needs): Set<Digest> {
  return new Set([...needs.values()].flatMap((read) => needsIn(read)?.children ?? []));
}

/** Returns what a manifest names; undefined if that is not known. */
export function needsIn(read: ReadNeeds | undefined): ManifestNeeds | undefined {
  return typeof read === 'object' && 'needs' in read ? read.needs : undefined;
}

/** Reads what a manifest in the registry names. @param repositories where it can be, the most likely one first */
export async function readPushedNeeds(
  registry: Pick<Registry, 'readManifest'>,
  { name, repositories }: { name: Digest; repositories: readonly RepositoryName[] },
  signal: AbortSignal,
): Promise<ReadNeeds> {
  return readNeeds(async () => (await pushedManifest(registry, { name, repositories }, signal))?.content);
}

/**
 * Reads a manifest from the backup.
 * @returns undefined if the backup does not have it
 * @throws Error if the file is damaged
 */
export async function savedManifest({ blobs }: Pick<Backup, 'blobs'>, name: Digest): Promise<Buffer | undefined> {
  if ((await blobs.size(name)) === undefined) return undefined;
  const content = await blobs.readManifest(name);
  if (!content) throw new Error('the manifest in the backup is damaged: its content does not match its digest');
  return content;
}

/**
 * Reads a manifest from the first repository that has it.
 * @throws RegistryError; Error if the registry answers with another manifest
 */
export async function pushedManifest(
  registry: Pick<Registry, 'readManifest'>,
  { name, repositories }: { name: Digest; repositories: readonly RepositoryName[] },
  signal: AbortSignal,
): Promise<ManifestContent | undefined> {
  for (const repository of repositories) {
    const found = await registry.readManifest(repository, name, { signal });
    if (!found) continue;
    const algorithm = name.slice(0, name.indexOf(':'));
    if (`${algorithm}:${createHash(algorithm).update(found.content).digest('hex')}` === name) return found;
    throw new Error(`the registry answers with another manifest in repository ${repository}`);
  }
  return undefined;
}

async function readNeeds(read: () => Promise<Buffer | undefined>): Promise<ReadNeeds> {
  try {
    const content = await read();
    return content ? { needs: manifestNeeds(content) } : 'missing';
  } catch (error) {
    return { problem: `cannot read its manifest: ${messageOf(error)}` };
  }
}
