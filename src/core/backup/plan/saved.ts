import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { compareText } from '../../model/values/compare-text.js';

/** A run that saved something. */
export interface SavedRun {
  /** Name of its directory; sorts by time. */
  id: string;
  /** RFC 3339 */
  startedAt: string;
  /** URL of the API server. */
  server: string;
}

/** A tag item that a run saved. */
export interface SavedTag {
  repository: RepositoryName;
  tag: string;
  /** 0 is the newest item of the tag. */
  position: number;
  created: string;
}

/** What a run saved of an image. */
export interface Entry {
  name: Digest;
  run: SavedRun;
  /**
   * `image`: its object, manifest and blobs; `object`: its object only; `tags`: its tag items only, because the cluster
   * kept the image.
   */
  saved: 'image' | 'object' | 'tags';
  tags: SavedTag[];
}

/** What the manifest of an image, and those of its children, name. */
export interface ImageContent {
  /** The image's own manifest, the manifests of its children, and what they name: the backup needs all of it. */
  needed: Set<Digest>;
  /** Layers that the backup need not have. */
  elsewhere: Set<Digest>;
  /** Manifests that cannot be used, and children that are missing, with the reason: what they name is not known. */
  unusable: Map<Digest, string>;
}

/** What is wrong with a file that is needed and not there. */
export const MISSING = 'it does not exist';

/** By image, the oldest run first. */
export function compareEntries(a: Entry, b: Entry): number {
  return compareText(a.name, b.name) || compareText(a.run.id, b.run.id);
}

/** By repository, tag and position. */
export function compareTags(a: SavedTag, b: SavedTag): number {
  return compareText(a.repository, b.repository) || compareText(a.tag, b.tag) || a.position - b.position;
}
