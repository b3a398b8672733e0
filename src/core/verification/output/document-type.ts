import type { Count, Digest } from '../../model/document.js';
import type { ProblemKind } from '../plan/types.js';

/** What a verification found. */
export interface VerificationResult {
  summary: VerificationCounts;
  /** Sorted by digest. */
  broken: BrokenImageEntry[];
  /** What could not be checked, and is not called broken. */
  unchecked: UncheckedEntry[];
}

/** Counts of what was checked and found. */
export interface VerificationCounts {
  /** Images that were checked, children of image indexes included. */
  images: Count;
  /** Distinct digests that were checked, manifests included. */
  blobs: Count;
  /** Bytes that were read to check digests. */
  bytesRead: Count;
  broken: Count;
  /** Blobs in the storage that no Image object names; present only with --storage. */
  orphanedBlobs?: Count;
  /** Links whose blob is gone and that no listed image needs; present only with --storage. */
  danglingLinks?: Count;
  /** Images that no image stream lists. */
  unlistedImages: Count;
  /** Listed images that live in another registry: they are not checked. */
  importedImages: Count;
}

/** An image that cannot be pulled, or that a later prune or push can damage. */
export interface BrokenImageEntry {
  /** The image, or a child of an image index. */
  image: Digest;
  problems: ImageProblemEntry[];
  /** The tag items that list the image; of a child, those that list its index. */
  tags: TagPlaceEntry[];
  /** Who uses the image; empty if the objects that use images cannot be listed. */
  uses: ImageUserEntry[];
  /** What to do, the best first. */
  remedies: string[];
}

/** One thing that is wrong with an image. */
interface ImageProblemEntry {
  what: ProblemKind;
  /** The image, manifest or blob. */
  digest: Digest;
  /** Of a link: where it is expected; otherwise: a repository from which the image is pulled. */
  repository: string;
}

/** A tag item. */
interface TagPlaceEntry {
  namespace: string;
  name: string;
  tag: string;
  /** Position in the history of the tag; 0 is the current one. */
  position: Count;
}

/** An object that uses an image. */
interface ImageUserEntry {
  kind: string;
  namespace: string;
  name: string;
}

/** Something that could not be checked. */
export interface UncheckedEntry {
  target: string;
  /** Why it could not be checked. */
  message: string;
}
