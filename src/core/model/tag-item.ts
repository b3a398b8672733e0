import type { Digest } from './digest.js';

/** A tag item as the API server stores it. */
export interface TagItem {
  image: Digest;
  /** RFC 3339. */
  created: string;
  dockerImageReference: string;
  generation?: number;
}

/** A tag item and its place. A tag that does not exist is added. */
export interface InsertedItem {
  tag: string;
  position: number;
  item: TagItem;
}
