import type { TagItem } from '../../model/tag-item.js';
import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';

/** A tag item that a prune removed. */
export interface SavedItem {
  /** `namespace/name` */
  stream: RepositoryName;
  tag: string;
  /** In the history of the tag when it was removed; 0 is the newest. */
  position: number;
  item: TagItem;
}

/** What a backup knows of an image besides its blobs. */
export interface SavedImage {
  name: Digest;
  uid: string;
  /** True if it was pushed to the integrated registry, and not imported. */
  managed: boolean;
  /** `dockerImageReference` */
  reference: string;
  /** `creationTimestamp`, RFC 3339. */
  created: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}
