import { streamKey } from '../model/image-stream.js';
import type { Use } from '../model/referrer.js';
import type { UseIndex } from '../graph/uses.js';
import type { Place } from './focus.js';
import type { Decided } from './situation.js';

/** An object that names an image, and whether that keeps the image. */
export interface WhyUse extends Use {
  /** The image by its digest in one of its streams, the image by its digest alone, or a tag that lists it. */
  through: 'image' | 'digest' | 'tag';
  /** Whether it keeps the image. */
  holds: boolean;
  /** What it keeps, or why it keeps nothing. */
  note: string;
}

/** Finds the objects that name an image; those that keep it come first. */
export function usesOfImage(decided: Decided, mentions: UseIndex, digest: number, places: Place[]): WhyUse[] {
  const { snapshot, uses } = decided;
  const found = new Map<string, WhyUse>();
  const add = (use: Use, more: Pick<WhyUse, 'through' | 'holds' | 'note'>): void => {
    const key = [use.kind, use.namespace, use.name, use.field, use.reference].join('\0');
    const known = found.get(key);
    if (!known || (!known.holds && more.holds)) found.set(key, { ...use, ...more });
  };
  for (const { stream, tag, position } of places) {
    const { tags } = snapshot.streams[stream]!;
    const key = streamKey(snapshot.streams[stream]!);
    const name = `${key}:${tags[tag]!.name}`;
    for (const use of mentions.tags.get(name) ?? []) {
      const counts = includes(uses.tags.get(name), use);
      const note = !counts
        ? uncounted(decided, use)
        : position === 0
          ? `holds the newest item of tag ${tags[tag]!.name}`
          : `holds only the newest item of tag ${tags[tag]!.name}: this image is at position ${position}`;
      add(use, { through: 'tag', holds: counts && position === 0, note });
    }
    for (const use of mentions.streams.get(key) ?? []) {
      const holds = position === 0 && includes(uses.streams.get(key), use);
      add(use, { through: 'tag', holds, note: `cannot be read, and may mean any tag of ${key}` });
    }
    for (const use of mentions.images.get(key)?.get(digest) ?? []) {
      const holds = includes(uses.images.get(key)?.get(digest), use);
      add(use, { through: 'image', holds, note: holds ? `holds the image in ${key}` : uncounted(decided, use) });
    }
  }
  for (const [all, counted] of byDigest(decided, mentions, digest)) {
    for (const use of all) {
      const holds = includes(counted, use);
      add(use, { through: 'digest', holds, note: holds ? 'holds the image by its digest' : uncounted(decided, use) });
    }
  }
  return [...found.values()].sort((a, b) => Number(b.holds) - Number(a.holds) || compare(keyOf(a), keyOf(b)));
}

function byDigest({ snapshot, uses }: Decided, mentions: UseIndex, digest: number): [Use[], Use[] | undefined][] {
  const image = snapshot.images.indexOf(digest);
  const config = image === -1 ? -1 : snapshot.images.config(image);
  return [
    [mentions.digests.get(digest) ?? [], uses.digests.get(digest)],
    [mentions.ids.get(digest) ?? [], uses.ids.get(digest)],
    [mentions.ids.get(config) ?? [], uses.ids.get(config)],
  ];
}

/** Returns why a use does not count. */
function uncounted({ snapshot, options }: Decided, use: Use): string {
  const referrer = snapshot.referrers.find(
    (one) =>
      one.kind === use.kind && one.namespace === use.namespace && one.name === use.name && one.phase !== undefined,
  );
  if (referrer?.phase === 'Succeeded' || referrer?.phase === 'Failed')
    return `does not count: the pod has ended (${referrer.phase}) and is not younger than --keep-younger-than`;
  if (options.referrers === 'oc') return 'does not count with --referrers=oc: only --referrers=extended finds it';
  return 'does not count';
}

function includes(uses: Use[] | undefined, wanted: Use): boolean {
  return (uses ?? []).some((use) => keyOf(use) === keyOf(wanted));
}

function keyOf({ kind, namespace, name, field, reference }: Use): string {
  return [kind, namespace, name, field, reference].join('\0');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
