import type { Count, Digest, Timestamp } from '../../model/document.js';

/** What a run saved of an image. An image that several runs saved has several entries. */
export interface SavedEntry {
  /** Its digest. */
  name: Digest;
  /**
   * `image`: the Image object, the manifest and its blobs; `object`: the Image object only; `tags`: tag items only,
   * because the cluster kept the image.
   */
  saved: 'image' | 'object' | 'tags';
  /** When the run began that saved it. */
  savedAt: Timestamp;
  /** Name of the run, which is that of its directory in `regadm/runs`. */
  run: string;
  /** URL of the cluster's API server. */
  server: string;
  /** The tag items that the run saved. */
  tags: SavedTagItem[];
}

export interface SavedTagItem {
  /** Of the image stream. */
  namespace: string;
  name: string;
  tag: string;
  /** 0 is the newest item of the tag. */
  position: Count;
  /** When the tag item was created. */
  created: string;
}

/** A run that saved something. */
export interface RunEntry {
  /** Name of its directory in `regadm/runs`. */
  name: string;
  savedAt: Timestamp;
  /** URL of the cluster's API server. */
  server: string;
}
