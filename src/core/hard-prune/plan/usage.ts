/** What the cluster uses. Digests are 64 hex digits without their algorithm. */
export interface ClusterUsage {
  /** Each blob in use, with the digest of an image that uses it. */
  inUse: Map<string, string>;
  /** Names of all Image objects. */
  images: Set<string>;
  /** Children of each image index. */
  children: Map<string, string[]>;
  /** Images in the status of each image stream (`namespace/name`). */
  streams: Map<string, Set<string>>;
}

/**
 * Finds the children of the image indexes among `images`, at any depth: the registry serves an index only with its
 * children.
 */
export function childrenOf(images: Iterable<string>, { children }: Pick<ClusterUsage, 'children'>): Set<string> {
  const found = new Set<string>();
  const queue = [...images];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const child of children.get(next) ?? []) {
      if (!found.has(child)) queue.push(child);
      found.add(child);
    }
  }
  return found;
}

/**
 * Finds the streams that list an image index without all of its children: the registry's own pruner breaks such
 * indexes.
 */
export function streamsWithUnlistedChildren(usage: ClusterUsage): string[] {
  const broken = [...usage.streams].filter(([, listed]) =>
    [...childrenOf(listed, usage)].some((child) => !listed.has(child)),
  );
  return broken.map(([name]) => name).sort();
}
