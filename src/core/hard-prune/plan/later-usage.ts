import { listedImages, type ClusterUsage, type ManifestScope } from '../../orphans/plan/usage.js';

/** What is used after a first look at the cluster, and was not before. */
interface LaterUse {
  /** Repositories whose stream appeared or lists more, and those from which tags of other streams pull more. */
  repositories: Set<string>;
  /** The images whose manifests must be read, because nothing else states what they use. */
  unread: ManifestScope;
}

/**
 * Adds to what the cluster used what it uses now. What is no longer used still counts: it waits for the next run.
 * @param now everything, or only what has changed
 * @param absent manifests that the storage did not have, as hex: a push can have brought them
 */
export function addLaterUsage(usage: ClusterUsage, now: ClusterUsage, absent: ReadonlySet<string>): LaterUse {
  const listedBefore = listedImages(usage);
  const known = new Set([...usage.incomplete, ...usage.doubtful, ...usage.withoutLayers]);
  const isUnread = (hex: string): boolean => !known.has(hex) || absent.has(hex);
  const appeared = [...now.images].filter((hex) => !usage.images.has(hex));
  const repositories = new Set([...addSets(usage.streams, now.streams), ...addSets(usage.sources, now.sources)]);
  const indexes = [...addChildren(usage, now), ...addSets(usage.otherChildren, now.otherChildren)];
  for (const [hex, image] of now.inUse) if (!usage.inUse.has(hex)) usage.inUse.set(hex, image);
  for (const [digest, image] of now.otherDigests) usage.otherDigests.set(digest, image);
  for (const hex of appeared) usage.images.add(hex);
  usage.embedded = new Set([...usage.embedded, ...now.embedded]);
  const absentBefore = [...absent];
  return {
    repositories,
    unread: {
      incomplete: union(now.incomplete, absentBefore.filter(isIn(usage.incomplete))).filter(isUnread),
      doubtful: union(now.doubtful, absentBefore.filter(isIn(usage.doubtful))).filter(isUnread),
      withoutLayers: union(now.withoutLayers, absentBefore.filter(isIn(usage.withoutLayers))).filter(isUnread),
      listed: union(
        [...listedImages(now)].filter((hex) => !listedBefore.has(hex)),
        appeared,
        indexes,
        absentBefore.filter((hex) => listedBefore.has(hex)),
        parentsOf(absent, usage),
      ),
    },
  };
}

/** Adds the entries of sets to those of the same name. @returns the names that are new, or got more entries */
function addSets(to: Map<string, Set<string>>, from: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const changed: string[] = [];
  for (const [name, entries] of from) {
    const known = to.get(name);
    const added = known ? [...entries].filter((entry) => !known.has(entry)) : [...entries];
    if (!known) to.set(name, new Set(entries));
    else for (const entry of added) known.add(entry);
    if (!known || added.length > 0) changed.push(name);
  }
  return changed;
}

/** Adds the children of image indexes. @returns the indexes that are new, or got more children */
function addChildren({ children }: ClusterUsage, now: ClusterUsage): string[] {
  const changed: string[] = [];
  for (const [index, later] of now.children) {
    const known = children.get(index) ?? [];
    const all = union(known, later);
    if (children.has(index) && all.length === known.length) continue;
    children.set(index, all);
    changed.push(index);
  }
  return changed;
}

/** Returns the indexes that have one of these children. */
function parentsOf(images: ReadonlySet<string>, { children }: ClusterUsage): string[] {
  if (images.size === 0) return [];
  return [...children].filter(([, named]) => named.some((hex) => images.has(hex))).map(([index]) => index);
}

const union = (...parts: Iterable<string>[]): string[] => [...new Set(parts.flatMap((part) => [...part]))];

function isIn(images: Iterable<string>): (hex: string) => boolean {
  const found = new Set(images);
  return (hex) => found.has(hex);
}
