import type { Count, Digest } from '../../model/document.js';

/** A copy of a blob in the trash. */
export interface TrashBlob {
  digest: Digest;
  bytes: Count;
  /**
   * The day on which it was moved, by the storage's clock.
   * @schema {"pattern": "^\\d{4}-\\d{2}-\\d{2}$"}
   */
  date: string;
  /** The repositories that had a link to it, sorted; empty if that is not recorded. */
  repositories: string[];
}

/** An image whose manifest is in the trash. */
export interface TrashImage {
  /** Of its manifest. */
  digest: Digest;
  /** The repositories that had it, sorted. */
  repositories: string[];
  /**
   * True if everything that it consists of is in the storage; without `--confirm`, in the trash or in its place. For an
   * image index, its children included.
   */
  whole: boolean;
  /** What keeps it from being whole. */
  problems: TrashImageProblem[];
}

export interface TrashImageProblem {
  /** The manifest, config or layer. */
  digest: Digest;
  message: string;
}
