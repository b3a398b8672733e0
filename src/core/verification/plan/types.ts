/**
 * What can be wrong with an image: its Image object, a manifest or a blob does not exist, a link to one of them is
 * missing in the repository that it was pushed to, or a content is not what its digest or its manifest states.
 * `missing-child`: an index names a child whose manifest does not exist.
 */
export type ProblemKind =
  | 'missing-image'
  | 'missing-manifest'
  | 'missing-config'
  | 'missing-layer'
  | 'missing-manifest-link'
  | 'missing-config-link'
  | 'missing-layer-link'
  | 'missing-child'
  | 'wrong-size'
  | 'corrupt';

/** One thing that is wrong with an image. */
export interface ImageProblem {
  what: ProblemKind;
  /** The image, manifest or blob. */
  digest: string;
  /** `namespace/name`: of a link, where it is expected; otherwise, a repository from which the image is pulled. */
  repository: string;
}

/** A tag item that lists an image. */
export interface TagPlace {
  namespace: string;
  name: string;
  tag: string;
  /** Position in the tag's history; 0 is the current one. */
  position: number;
}

/** An object that uses an image. */
export interface ImageUser {
  kind: string;
  namespace: string;
  name: string;
}

/** An image that cannot be pulled, or that a prune or a push can damage. */
export interface BrokenImage {
  /** Digest of the image, or of a child of an image index. */
  image: string;
  problems: ImageProblem[];
  /** The tag items that list the image; of a child, those that list its index. */
  tags: TagPlace[];
  uses: ImageUser[];
  /** What to do, the best first. */
  remedies: string[];
}

/** Counts of a verification. */
export interface VerificationSummary {
  /** Images that were checked, children of image indexes included. */
  images: number;
  /** Distinct digests that were checked, manifests included. */
  blobs: number;
  /** Bytes that were read to check digests. */
  bytesRead: number;
  broken: number;
  /** Blobs in the storage that no Image object names and no listed image needs; undefined without the storage. */
  orphanedBlobs?: number;
  /** Links whose blob is gone and that no listed image needs; undefined without the storage. */
  danglingLinks?: number;
  /** Images that no image stream lists. */
  unlistedImages: number;
  /** Listed images that live in another registry: they are not checked. */
  importedImages: number;
}

/** Something that could not be checked. It is never called broken. */
export interface Unchecked {
  /** What it is: `manifest sha256:…`. */
  target: string;
  /** Why it could not be checked. */
  message: string;
}

/** True if everything was checked and nothing is broken. */
export const isWhole = ({ broken, unchecked }: Pick<Verification, 'broken' | 'unchecked'>): boolean =>
  broken.length + unchecked.length === 0;

/** The result of a verification. */
export interface Verification {
  summary: VerificationSummary;
  /** Sorted by digest. */
  broken: BrokenImage[];
  unchecked: Unchecked[];
}
