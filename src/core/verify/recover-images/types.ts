import type { Digest } from '../../model/digest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';

/** A manifest of the storage that no Image object names. */
export interface LostImage {
  digest: Digest;
  repository: RepositoryName;
  /** Tags that the storage has for it. */
  tags: string[];
  /** Size of the manifest, and of the config and layers that it names. */
  bytes: number;
  /** What it needs and does not exist; with it, the image is incomplete. */
  missing: {
    what: 'missing-config' | 'missing-layer' | 'missing-child' | 'corrupt' | 'not-an-image';
    digest: Digest;
  }[];
  /** Complete index in the same repository that contains it: then it needs no tag. */
  index?: Digest;
  /** The lost images in the same repository that it contains. */
  children: LostImage[];
  manifest: Buffer;
  mediaType: string;
  config?: Digest;
}

/** Result of a recovery, or of its plan, for one lost image. */
export type RecoveryOutcome =
  | { status: 'would-recover' | 'recovered' | 'incomplete' | 'exists' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };

/** A lost image with its result. */
export type Recovery = Pick<LostImage, 'digest' | 'repository' | 'tags' | 'bytes' | 'missing' | 'index'> &
  RecoveryOutcome;

/** Returns the tag under which a lost image is listed, as the registry's own recovery does. */
export const recoveredTag = (digest: Digest): string => `lost-found-${digest.slice('sha256:'.length)}`;
