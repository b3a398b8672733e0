import { toUseOptions, type PruneOptions } from '../../graph/options.js';
import { collectUses, type UseIndex } from '../../graph/uses.js';
import { streamKey } from '../../model/image-stream.js';
import type { Use } from '../../model/referrer.js';
import { STREAM_KIND } from '../../model/referrers/stream.js';
import { compareText } from '../../model/values/compare-text.js';
import type { ImageUser, TagPlace } from './types.js';
import { eachOfFamily } from './family.js';
import type { Listed } from './listed.js';
import { isInScope } from './scope.js';

/** Everything that names an image counts as its user, as in `prune images`. */
const OPTIONS: PruneOptions = {
  keepTagRevisions: 0,
  keepYoungerThanMs: 0,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended',
  ignoreInvalidRefs: true,
  pruneSignatures: false,
};

interface Place {
  place: TagPlace;
  /** The digest number that the tag item has: the image itself, or its index. */
  listed: number;
  /** The repository in another registry that the tag item was imported from. */
  from?: string;
}

/** Finds the tag items that list broken images, and who uses them. */
export class Users {
  private readonly uses: UseIndex;
  /** By digest number. */
  private readonly places = new Map<number, Place[]>();

  /**
   * @param broken digest numbers
   * @param now ms since the epoch
   */
  constructor(
    private readonly listed: Listed,
    broken: ReadonlySet<number>,
    now: number,
  ) {
    const { snapshot, scopes, hosts } = listed;
    this.uses = collectUses(snapshot.referrers, snapshot.digests, toUseOptions(OPTIONS, now, snapshot.streams));
    for (const { namespace, name, tags } of snapshot.streams)
      for (const { name: tag, items } of tags) {
        if (!isInScope(scopes, namespace, name, tag)) continue;
        for (const [position, { image, host, source }] of items.entries()) {
          const from = host && source !== undefined && !hosts.has(host) ? `${host}/${source}` : undefined;
          eachOfFamily(snapshot, image, (member) => {
            if (broken.has(member))
              this.add(member, { place: { namespace, name, tag, position }, listed: image, from });
          });
        }
      }
  }

  /** Returns the tag items that list an image or an index that contains it, sorted. */
  tagsOf(image: number): TagPlace[] {
    return (this.places.get(image) ?? []).map(({ place }) => place).sort(comparePlaces);
  }

  /** Returns the objects that use an image, or an index that contains it, sorted. */
  usersOf(image: number): ImageUser[] {
    const users = new Map<string, ImageUser>();
    const add = (uses: readonly Use[] = []): void => {
      for (const { kind, namespace, name } of uses)
        if (kind !== STREAM_KIND) users.set(`${kind} ${namespace} ${name}`, { kind, namespace, name });
    };
    for (const digest of this.namesOf(image)) {
      add(this.uses.digests.get(digest));
      add(this.uses.ids.get(digest));
    }
    for (const { place, listed } of this.places.get(image) ?? []) {
      const stream = streamKey(place);
      add(this.uses.images.get(stream)?.get(listed));
      if (place.position === 0) add(this.uses.tags.get(`${stream}:${place.tag}`));
    }
    return [...users.entries()].sort(([a], [b]) => compareText(a, b)).map(([, user]) => user);
  }

  /** Returns pull specs of an image, or of an index that contains it, in other registries. */
  sourcesOf(image: number): string[] {
    const { digests } = this.listed.snapshot;
    const places = this.places.get(image) ?? [];
    return places.flatMap(({ from, listed }) => (from === undefined ? [] : [`${from}@${digests.text(listed)}`])).sort();
  }

  /** Returns the digests by which an image is used: its own, its config, and those of the indexes that contain it. */
  private namesOf(image: number): Set<number> {
    const { images } = this.listed.snapshot;
    const index = images.indexOf(image);
    const config = index === -1 ? -1 : images.config(index);
    const names = new Set((this.places.get(image) ?? []).map(({ listed }) => listed));
    names.add(image);
    if (config !== -1) names.add(config);
    return names;
  }

  private add(image: number, entry: Place): void {
    const known = this.places.get(image);
    if (known) known.push(entry);
    else this.places.set(image, [entry]);
  }
}

function comparePlaces(a: TagPlace, b: TagPlace): number {
  return (
    compareText(a.namespace, b.namespace) ||
    compareText(a.name, b.name) ||
    compareText(a.tag, b.tag) ||
    a.position - b.position
  );
}
