import type { Snapshot } from '../model/table/snapshot.js';
import type { Use } from '../model/referrer.js';
import { firstUse } from './first-use.js';
import type { Reason } from './reason.js';
import type { UseIndex } from './uses.js';

/**
 * Images that stay by their digest alone, whatever stream lists them (never for the scope `oc`, whose index has none):
 * used by digest anywhere, reported by a runtime, protected; and with a child its index, with an index its children.
 * @returns reasons by digest number
 */
export function heldImages(
  snapshot: Snapshot,
  uses: UseIndex,
  protectedDigests: readonly string[],
  parents?: IndexParents,
): Map<number, Reason> {
  const held = new Map<number, Reason>();
  for (const digest of protectedDigests)
    held.set(snapshot.digests.intern(digest), { rule: 'protected', pattern: digest });
  for (const [digest, by] of uses.digests) hold(held, digest, by);
  for (const [digest, by] of uses.ids) hold(held, digest, by);
  if (uses.ids.size > 0) holdByConfig(snapshot, uses.ids, held);
  if (held.size > 0) closeOverIndexes(snapshot, held, parents ?? indexParents(snapshot));
  return held;
}

function hold(held: Map<number, Reason>, digest: number, by: Use[]): void {
  if (!held.has(digest)) held.set(digest, { rule: 'digest-in-use', ...firstUse(by) });
}

/** Some runtimes report the config's digest. */
function holdByConfig({ images }: Snapshot, ids: Map<number, Use[]>, held: Map<number, Reason>): void {
  for (let image = 0; image < images.count; image++) {
    const by = ids.get(images.config(image));
    if (by) hold(held, images.name(image), by);
  }
}

function closeOverIndexes({ images, digests }: Snapshot, held: Map<number, Reason>, parents: IndexParents): void {
  const queue = [...held.keys()];
  const add = (digest: number, reason: Reason): void => {
    if (held.has(digest)) return;
    held.set(digest, reason);
    queue.push(digest);
  };
  for (let digest = queue.pop(); digest !== undefined; digest = queue.pop()) {
    const text = digests.text(digest);
    for (const index of parents.get(digest) ?? [])
      add(images.name(index), { rule: 'index-of-used-child', child: text });
    const image = images.indexOf(digest);
    if (image !== -1) images.eachChild(image, (child) => add(child, { rule: 'index-child', index: text }));
  }
}

/** The image indexes (by number) that name a child (by digest number). */
export type IndexParents = Map<number, number[]>;

/** Finds the parents of all children; `from` skips images that were looked at before. */
export function indexParents({ images }: Snapshot, parents: IndexParents = new Map(), from = 0): IndexParents {
  for (let image = from; image < images.count; image++) {
    images.eachChild(image, (child) => {
      const list = parents.get(child);
      if (list) list.push(image);
      else parents.set(child, [image]);
    });
  }
  return parents;
}
