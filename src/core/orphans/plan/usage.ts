import { isDigest } from '../../model/digest.js';
import { describeStreams } from '../../model/names/describe-streams.js';
import { listInvalidNames, type InvalidNames } from '../../model/names/invalid-names.js';
import { quote } from '../../model/names/quote.js';
import type { HardPrunePlan } from './types.js';

/** What the cluster uses. Digests are 64 hex digits without their algorithm. */
export interface ClusterUsage {
  /** Each blob in use, with the digest of an image that uses it. */
  inUse: Map<string, string>;
  /**
   * Digests of other algorithms that images name, such as `sha512:…`, with such an image. A link with this digest in
   * its path leads to the blob.
   */
  otherDigests: Map<string, string>;
  /** Repositories that have a link with such a digest in its path: it states which blob the digest means. */
  linkingOthers: Set<string>;
  /** Children of image indexes among those digests, by the index. */
  otherChildren: Map<string, Set<string>>;
  /** Names of all Image objects. */
  images: Set<string>;
  /** Children of each image index. */
  children: Map<string, string[]>;
  /** Managed images (pushed, not imported) whose reference is in this registry. */
  managed: ReadonlySet<string>;
  /** When the newest Image object was created, in ms since the epoch; undefined if no Image object states it. */
  newestImage: number | undefined;
  /** Images whose objects do not name all their blobs. */
  incomplete: readonly string[];
  /** Images whose objects state a size, but no layers, or invalid layer names: their manifests may name others. */
  doubtful: ReadonlySet<string>;
  /** Images whose objects name no layers and state no size: nothing says that their manifests name any. */
  withoutLayers: ReadonlySet<string>;
  /**
   * Images among those that have more blobs than their objects name: the object states a size, but no layers, or the
   * manifest in it names further blobs.
   */
  understated: readonly string[];
  /** Images among those whose objects contain their manifest, which names what they use. */
  embedded: ReadonlySet<string>;
  /** Images in the status of each image stream (`namespace/name`). */
  streams: Map<string, Set<string>>;
  /**
   * Images that are pulled from a repository (`namespace/name`) because a tag of another image stream names it, as `oc
   * tag` writes it: `registry/namespace/name@digest`.
   */
  sources: Map<string, Set<string>>;
  /** Names of layers, configs and images that are not digests, of the first images (by name) that have any. */
  invalid: Map<string, InvalidNames>;
  /** Number of images with such names. */
  invalidCount: number;
}

/** The images whose manifests are read, as hex. */
export interface ManifestScope {
  /** Their objects do not name all their blobs. */
  incomplete: readonly string[];
  /** Their objects state a size, but no layers, or invalid layer names. */
  doubtful: readonly string[];
  /** Their objects name no layers and state no size. */
  withoutLayers: readonly string[];
  /** Image indexes that tags list or follow, and other images, which are ignored. */
  listed: readonly string[];
}

/** Describes which image streams list an image, given as hex. */
export function describePlace(image: string, streams: ClusterUsage['streams']): string {
  return describeStreams([...streams].filter(([, listed]) => listed.has(image)).map(([name]) => name));
}

/** Describes names that are not digests, and so protect no blob. */
export function invalidNameWarnings({ invalid, invalidCount, streams }: ClusterUsage): string[] {
  const lines = [...invalid].map(([image, names]) => {
    const where = describePlace(image.replace(/^sha256:/, ''), streams);
    const name = isDigest(image) ? image : quote(image);
    return `image ${name} (${where}) has ${listInvalidNames(names)}, which is not a digest and names no blob; push the image again, or delete it`;
  });
  const more = invalidCount - invalid.size;
  return more > 0 ? [...lines, `${more} more images have names that are not digests`] : lines;
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

/** Returns the images that its image stream lists, and those that tags of other streams pull from a repository. */
export function imagesPulledFrom(
  repository: string,
  { streams, sources }: Pick<ClusterUsage, 'streams' | 'sources'>,
): ReadonlySet<string> {
  return new Set([...(streams.get(repository) ?? []), ...(sources.get(repository) ?? [])]);
}

/** Returns the images that the tags of image streams list or follow. */
export function listedImages({ streams, sources }: Pick<ClusterUsage, 'streams' | 'sources'>): Set<string> {
  const found = new Set<string>();
  for (const images of [...streams.values(), ...sources.values()]) for (const hex of images) found.add(hex);
  return found;
}

/** Finds repositories from which image indexes are pulled, and which lose a manifest link of one of their children. */
export function repositoriesLosingChildren(
  plan: Pick<HardPrunePlan, 'manifestLinks' | 'repositories'>,
  usage: Pick<ClusterUsage, 'streams' | 'sources' | 'children' | 'managed'>,
): string[] {
  const children = new Map<string, Set<string>>();
  const losing = new Set<string>();
  for (const { repository, digest } of plan.manifestLinks) {
    const own = children.get(repository) ?? childrenOf(imagesPulledFrom(repository, usage), usage);
    children.set(repository, own);
    if (own.has(digest.replace(/^sha256:/, ''))) losing.add(repository);
  }
  // What a repository contains is not known here. An index that was pushed to it has its children in it.
  for (const { name } of plan.repositories) {
    const images = usage.sources.get(name) ?? [];
    if ([...images].some((hex) => usage.managed.has(hex) && usage.children.has(hex))) losing.add(name);
  }
  return [...losing].sort();
}
