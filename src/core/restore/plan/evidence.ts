import type { Digest } from '../../model/digest.js';
import type { StreamRecord } from '../../model/image-stream.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { StreamSettings } from '../../model/stream-settings.js';
import type { ManifestNeeds } from './manifest-needs.js';
import type { SavedImage, SavedItem } from './saved.js';

/** What is known of an image that was selected, or that an index that was selected names. */
export interface ImageEvidence {
  name: Digest;
  /** Absent if the backup does not have it. */
  saved?: SavedImage;
  /** The Image object of the cluster; absent if there is none. */
  object?: ImageObject;
  /** What the manifest names; absent for an imported image, and if the manifest cannot be read. */
  needs?: ManifestNeeds;
  /** Why the image cannot be restored: its manifest is damaged or missing. */
  problem?: string;
}

/** What an Image object states about where the image is. */
interface ImageFacts {
  /** True if it was pushed to the integrated registry, and not imported. */
  managed: boolean;
  /** `dockerImageReference` */
  reference: string;
}

/** An Image object of the cluster. */
export interface ImageObject extends ImageFacts {
  uid: string;
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}

/** A stream that no longer exists, with the settings that the backup has of it. */
interface MissingStream {
  missing: true;
  settings?: StreamSettings;
}

/** An image stream in the cluster, or why nothing can be restored to it. */
export type StreamEvidence = StreamRecord | MissingStream | { problem: string };

/** Everything that a plan is computed from, except for what the registry has. */
export interface RestoreEvidence {
  images: ReadonlyMap<Digest, ImageEvidence>;
  /** The tag items that were selected. */
  items: readonly SavedItem[];
  /** Every stream that an item or a reference names. */
  streams: ReadonlyMap<RepositoryName, StreamEvidence>;
}

/** What the registry and the backup have of what the plan needs. */
export interface ContentEvidence {
  /** True if a repository has a manifest, or lists it. */
  hasManifest(repository: RepositoryName, digest: Digest): boolean;
  /** True if a repository has a layer or a config. */
  hasBlob(repository: RepositoryName, digest: Digest): boolean;
  /** Returns why a repository could not be asked; undefined if it could. */
  problem(repository: RepositoryName, image: Digest): string | undefined;
  /** True if a blob is in the backup, or a repository is known to have it. */
  isAvailable(digest: Digest): boolean;
}

/** Tells a stream that exists from one that does not. */
export function isStream(evidence: StreamEvidence | undefined): evidence is StreamRecord {
  return evidence !== undefined && !('missing' in evidence) && !('problem' in evidence);
}

/** Returns what is known about the origin of an image; undefined if nothing is. */
export function factsOf({ saved, object }: ImageEvidence): ImageFacts | undefined {
  return saved ?? object;
}
