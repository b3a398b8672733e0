import type { ImageView, SnapshotView } from '../model/table/snapshot.js';
import type { Use } from '../model/referrer.js';
import { firstUse } from './first-use.js';
import { endOfChain, type Reason } from './reason.js';
import type { UseIndex } from './uses.js';

/** The parts of a snapshot that decide which images are held. */
type Images = Pick<SnapshotView, 'images' | 'digests'>;

/** What keeps images because of their digest, apart from uses. */
interface OtherReasons {
  protectedDigests?: readonly string[];
  /** Images that recent pulls keep although no stream lists them, by digest number. */
  pulled?: ReadonlyMap<number, Reason>;
  /** The result of `indexParents`, if it is known. */
  parents?: IndexParents;
}

/**
 * Finds the images that are kept because of their digest, whichever stream lists them: images that are used by digest,
 * reported by a container runtime or protected, that were pulled recently though their stream does not list them, or
 * whose manifest could not be read; the indexes that name them, and the children of those indexes. With the scope `oc`,
 * uses by digest are not indexed, so that only protection and pulls count.
 * @returns reasons, by digest number
 */
export function heldImages(
  snapshot: Images & Pick<SnapshotView, 'unreadManifests'>,
  uses: UseIndex,
  { protectedDigests = [], pulled = new Map<number, Reason>(), parents }: OtherReasons = {},
): Map<number, Reason> {
  const held = new Map<number, Reason>();
  for (const text of protectedDigests) {
    const digest = snapshot.digests.find(text);
    if (digest !== -1) held.set(digest, { rule: 'protected', pattern: text });
  }
  for (const digest of snapshot.unreadManifests.keys())
    if (!held.has(digest)) held.set(digest, { rule: 'unread-manifest' });
  for (const [digest, by] of uses.digests) hold(held, digest, by);
  for (const [digest, by] of uses.ids) hold(held, digest, by);
  for (const [digest, reason] of pulled) if (!held.has(digest)) held.set(digest, reason);
  if (uses.ids.size > 0) holdByConfig(snapshot.images, uses.ids, held);
  if (held.size > 0) extendToIndexes(snapshot, held, parents ?? indexParents(snapshot));
  return held;
}

function hold(held: Map<number, Reason>, digest: number, by: Use[]): void {
  if (!held.has(digest)) held.set(digest, { rule: 'digest-in-use', ...firstUse(by) });
}

/** Holds images by their config: some container runtimes report its digest instead of the manifest's. */
function holdByConfig(images: ImageView, ids: Map<number, Use[]>, held: Map<number, Reason>): void {
  for (let image = 0; image < images.count; image++) {
    const by = ids.get(images.config(image));
    if (by) hold(held, images.name(image), by);
  }
}

/** Holds the indexes that name a held image, and everything that a held index names. */
function extendToIndexes({ images, digests }: Images, held: Map<number, Reason>, parents: IndexParents): void {
  const queue = [...held.keys()];
  const add = (digest: number, reason: Reason): void => {
    if (held.has(digest)) return;
    held.set(digest, reason);
    queue.push(digest);
  };
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    const text = digests.text(digest);
    const through = endOfChain(text, held.get(digest)!);
    for (const index of parents.get(digest) ?? [])
      add(images.name(index), { rule: 'index-of-used-child', child: text, through });
    const image = images.indexOf(digest);
    if (image !== -1) images.eachChild(image, (child) => add(child, { rule: 'index-child', index: text, through }));
  }
}

/** Image indexes (image numbers) by the digest number of a child that they name. */
export type IndexParents = Map<number, number[]>;

/** Finds the indexes that name each child, and adds them to `parents`; images below `from` have been added before. */
export function indexParents(
  { images }: Pick<SnapshotView, 'images'>,
  parents: IndexParents = new Map(),
  from = 0,
): IndexParents {
  for (let image = from; image < images.count; image++) {
    images.eachChild(image, (child) => {
      const list = parents.get(child);
      if (list) list.push(image);
      else parents.set(child, [image]);
    });
  }
  return parents;
}
