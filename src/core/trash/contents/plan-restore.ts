import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { sha256Digest } from '../../model/digest.js';
import { compareText } from '../../model/values/compare-text.js';
import type { LinkFile } from '../../storage/trash.js';
import type { MarkFile, TrashEntry } from '../../trash-store/model.js';
import type { Manifests } from '../plan/image.js';
import { familyOf } from '../plan/image.js';

/** What is known of the trash, and of blobs in their place that lost their links. */
export interface Removed {
  /** Blobs in the trash; of one that it has several times, the copy that was moved last. By hex. */
  entries: ReadonlyMap<string, TrashEntry>;
  marks: MarkFile['marks'];
  /** Links that were removed from blobs that are in their place or in the trash. */
  links: ReadonlyMap<string, readonly LinkFile[]>;
}

/** What a restoration does. Digests as hex. */
export interface RestorePlan {
  /** The blobs to move back, sorted. */
  entries: readonly TrashEntry[];
  /** Blobs in their place that get their links back and lose their mark. */
  marked: readonly string[];
  /** Links to what stayed in its place: those that are recorded, and those that the images need. */
  links: readonly LinkFile[];
  /** The images to check afterward, each by its manifest, sorted. */
  images: readonly string[];
}

/** Returns the copy of each blob that was moved last. */
export function newestEntries(entries: readonly TrashEntry[]): Map<string, TrashEntry> {
  const newest = new Map<string, TrashEntry>();
  for (const entry of entries) {
    const other = newest.get(entry.hex);
    if (!other || other.date < entry.date) newest.set(entry.hex, entry);
  }
  return newest;
}

/** Returns the blobs among `hexes` that can be manifests: those linked as such, and small ones without a record. */
export function manifestCandidates(hexes: Iterable<string>, removed: Removed): string[] {
  return [...hexes].filter((hex) => {
    const links = linksOf(hex, removed);
    return links.length === 0 ? sizeOf(hex, removed) <= MANIFEST_LIMIT_BYTES : links.some(isManifestLink);
  });
}

/** Returns the blobs in the trash that were linked as manifests. */
export function linkedManifests({ entries }: Pick<Removed, 'entries'>): string[] {
  return [...entries.values()].filter(({ links }) => links.some(isManifestLink)).map(({ hex }) => hex);
}

/**
 * Plans a restoration: of everything in the trash, or of blobs, with what they consist of if they are manifests.
 * @param chosen undefined: everything
 * @param manifests the manifests among them, with their children
 */
export function planRestore(
  removed: Removed,
  chosen: readonly string[] | undefined,
  manifests: Manifests,
): RestorePlan {
  const images = chosen ? chosen.filter((hex) => isManifest(hex, removed, manifests)) : linkedManifests(removed);
  const wanted = new Set(chosen ?? removed.entries.keys());
  const withManifest = new Set(images);
  for (const image of images) {
    const family = familyOf(image, manifests);
    for (const hex of family.manifests) withManifest.add(hex);
    for (const hex of [...family.manifests, ...family.blobs.keys()]) wanted.add(hex);
  }
  return {
    entries: [...wanted].flatMap((hex) => removed.entries.get(hex) ?? []).sort((a, b) => compareText(a.hex, b.hex)),
    marked: [...wanted].filter((hex) => removed.marks.has(hex) && !removed.entries.has(hex)).sort(),
    links: otherLinks(chosen ? wanted : removed.links.keys(), withManifest, removed, manifests),
    images: images.sort(),
  };
}

/** Returns true for a blob that was linked as a manifest, or that is one and has no record. */
function isManifest(hex: string, removed: Removed, manifests: Manifests): boolean {
  if (linksOf(hex, removed).some(isManifestLink)) return true;
  const manifest = manifests.get(hex);
  return manifest !== undefined && manifest.problem === undefined;
}

function otherLinks(
  hexes: Iterable<string>,
  images: ReadonlySet<string>,
  removed: Removed,
  manifests: Manifests,
): LinkFile[] {
  const links = new Map<string, LinkFile>();
  const add = (link: LinkFile): void => void links.set(`${link.kind} ${link.repository} ${link.path}`, link);
  for (const hex of hexes) for (const link of removed.links.get(hex) ?? []) add(link);
  for (const link of impliedLinks(images, removed, manifests)) add(link);
  return [...links.values()].sort(
    (a, b) => compareText(a.repository, b.repository) || compareText(a.path, b.path) || compareText(a.kind, b.kind),
  );
}

/**
 * Returns the layer links that images need in the repositories of their manifests, except for those that are recorded:
 * a repository that was deleted as a whole also lost links to blobs that are in use elsewhere. The registry accepted
 * each manifest only with these links. It does not check the children of an index, so none are derived from one.
 */
function* impliedLinks(images: ReadonlySet<string>, removed: Removed, manifests: Manifests): Generator<LinkFile> {
  for (const image of images) {
    const repositories = linksOf(image, removed).filter(isManifestLink);
    for (const { repository } of repositories)
      for (const { hex } of manifests.get(image)?.blobs ?? []) {
        const isRecorded = linksOf(hex, removed).some(
          (link) => link.kind === 'layer' && link.repository === repository,
        );
        const digest = sha256Digest(hex);
        if (!isRecorded) yield { repository, kind: 'layer', path: digest, digest };
      }
  }
}

const isManifestLink = ({ kind }: LinkFile): boolean => kind === 'manifest';

function linksOf(hex: string, { entries, marks }: Removed): readonly LinkFile[] {
  return entries.get(hex)?.links ?? marks.get(hex)?.links ?? [];
}

function sizeOf(hex: string, { entries, marks }: Removed): number {
  return entries.get(hex)?.bytes ?? marks.get(hex)?.bytes ?? 0;
}
