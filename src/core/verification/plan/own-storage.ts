import { EXIT, RegadmError } from '../../model/errors.js';
import { streamKey } from '../../model/image-stream.js';
import { findDoubts } from '../../orphans/plan/own-storage.js';
import type { Listed } from './listed.js';
import type { Needs } from './needs.js';

/** What a listing of a storage has, as numbers. Known is what an Image object names, or a listed image needs. */
interface SeenContent {
  repositories: number;
  blobs: number;
  knownBlobs: number;
  manifestLinks: number;
  knownManifestLinks: number;
}

/** Minimum share of the storage's content that the cluster must know if the storage has too few of its images. */
const MIN_KNOWN = 0.5;

/**
 * Refuses to call images broken because the storage seems to be another cluster's. The storage of this cluster that has
 * lost most of its content is not refused: what is left in it is known to the cluster.
 * @param hasManifest returns true if the storage has the manifest of an image (a digest number)
 * @throws RegadmError OTHER_STORAGE, exit status 1
 */
export function assertOwnContent(
  { snapshot }: Listed,
  seen: SeenContent,
  hasManifest: (image: number) => boolean,
): void {
  const { images, digests, streams } = snapshot;
  const lists = { images: new Set<string>(), managed: new Set<string>(), streams: new Map<string, Set<string>>() };
  const here = new Set<string>();
  for (let image = 0; image < images.count; image++) {
    const name = images.nameText(image);
    lists.images.add(name);
    if (images.managed(image)) lists.managed.add(name);
    if (hasManifest(images.name(image))) here.add(name);
  }
  for (const stream of streams) {
    const listed = stream.tags.flatMap(({ items }) => items.map(({ image }) => digests.text(image)));
    lists.streams.set(streamKey(stream), new Set(listed));
  }
  const { repositories, blobs } = seen;
  const storage = { repositories, blobs, hasImages: here.size > 0, managed: here };
  const doubts = findDoubts(storage, lists, 'safe').filter(({ onlyWarns }) => !onlyWarns);
  if (doubts.length === 0 || (images.count > 0 && streams.length > 0 && isMostlyKnown(seen))) return;
  throw new RegadmError(doubts.map(({ message }) => message.replace(/: every .*$/, '')).join('; '), {
    code: 'OTHER_STORAGE',
    exitCode: EXIT.error,
    suggestions: [
      ...doubts.flatMap(({ suggestion }) => suggestion ?? []),
      'check --storage, and the cluster that regadm connects to (--context, --kubeconfig); nothing was called broken',
      "or pass --storage cluster, which opens the storage that the registry's settings name",
    ],
  });
}

function isMostlyKnown({ blobs, knownBlobs, manifestLinks, knownManifestLinks }: SeenContent): boolean {
  if (manifestLinks > 0) return knownManifestLinks >= MIN_KNOWN * manifestLinks;
  return knownBlobs >= MIN_KNOWN * blobs;
}

/** Counts what the cluster knows of a listing. */
export class ContentCount implements SeenContent {
  repositories = 0;
  blobs = 0;
  knownBlobs = 0;
  manifestLinks = 0;
  knownManifestLinks = 0;

  constructor(private readonly needs: Needs) {}

  /** Counts a blob. @param digest its number, or -1 */
  addBlob(digest: number): void {
    this.blobs++;
    if (this.needs.isNamed(digest) || this.needs.isNeeded(digest)) this.knownBlobs++;
  }

  /** Counts a repository. @param manifests digest numbers, or -1 */
  addRepository(manifests: readonly number[]): void {
    this.repositories++;
    this.manifestLinks += manifests.length;
    for (const digest of manifests) if (this.needs.isNamed(digest)) this.knownManifestLinks++;
  }
}
