import { sha256Digest } from '../../model/digest.js';
import type { Storage } from '../../storage/storage.js';
import { familyOf, problemsOf, type ImageProblem, type Manifests } from '../plan/image.js';
import type { Removed } from './plan-restore.js';

/** An image whose manifest is or was in the trash. */
export interface CheckedImage {
  /** Its manifest. */
  hex: string;
  /** The repositories that had it, sorted. */
  repositories: string[];
  /** What keeps it from being whole. */
  problems: ImageProblem[];
  /** True if its manifest cannot be used. */
  isDamaged: boolean;
}

/**
 * Checks images for what exists of them.
 * @param images their manifests, as hex
 * @param removed what counts as existing besides what is in its place; undefined: only that counts
 */
export async function checkImages(
  images: readonly string[],
  manifests: Manifests,
  { storage, signal, removed }: { storage: Pick<Storage, 'findBlobs'>; signal: AbortSignal; removed: Removed },
  counts: 'in place' | 'anywhere',
): Promise<CheckedImage[]> {
  const needed = new Set<string>();
  for (const image of images) {
    const family = familyOf(image, manifests);
    for (const hex of [...family.manifests, ...family.blobs.keys()]) needed.add(hex);
  }
  const sizes = await sizesOf([...needed], storage, signal);
  if (counts === 'anywhere')
    for (const hex of needed) {
      const entry = removed.entries.get(hex);
      if (entry && !sizes.has(hex)) sizes.set(hex, entry.bytes);
    }
  return images.map((hex) => ({
    hex,
    repositories: repositoriesOf(hex, removed),
    problems: problemsOf(hex, manifests, sizes),
    isDamaged: manifests.get(hex)?.problem !== undefined,
  }));
}

async function sizesOf(
  hexes: readonly string[],
  storage: Pick<Storage, 'findBlobs'>,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  const found = await storage.findBlobs(hexes.map(sha256Digest), signal);
  for (const [at, bytes] of found.entries()) if (bytes !== undefined) sizes.set(hexes[at]!, bytes);
  return sizes;
}

function repositoriesOf(hex: string, { entries, marks }: Removed): string[] {
  const links = entries.get(hex)?.links ?? marks.get(hex)?.links ?? [];
  return formerRepositories(links.filter(({ kind }) => kind === 'manifest'));
}

/** Returns the repositories of links, sorted and without duplicates. */
export function formerRepositories(links: readonly { repository: string }[]): string[] {
  return [...new Set(links.map(({ repository }) => repository))].sort();
}
