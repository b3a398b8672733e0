/**
 * What the storage of a registry holds, as plain values that the storage adapters read and plans are made of. Digests are written
 * without their algorithm (64 hex digits) in whatever may have millions of entries; the layout stores sha256 only.
 */

/** The registry's files, as one walk saw them. */
export interface StorageSnapshot {
  /** Blobs that have a folder, as hex. */
  blobs: string[];
  repositories: StoredRepository[];
  /** Paths that do not belong to the layout, or are symbolic links: left alone. */
  leftAlone: string[];
}

/** A repository: a folder that has `_layers`, `_manifests` or `_uploads`. */
export interface StoredRepository {
  name: string;
  /** Revision links as hex; undefined: there is no `_manifests`. */
  manifests?: string[];
  /** Names below `_uploads`. */
  uploads: string[];
  /** Layer links as hex, where they were asked for. */
  layers?: string[];
}

/** A file's size in bytes and its time of writing, in milliseconds since 1970. */
export interface FileFacts {
  bytes: number;
  writtenAt: number;
}

export interface RepositoryRemoval {
  name: string;
  reason: string;
}

/** What nothing uses, before ages and the files themselves are looked at. Digests as hex. */
export interface Candidates {
  repositories: RepositoryRemoval[];
  manifestLinks: { repository: string; hex: string }[];
  blobs: string[];
}

/** What a look at the candidates' files found. */
export interface CandidateFacts {
  /** Candidate blobs whose data exists. */
  blobs: Map<string, FileFacts>;
  /** Candidate links that exist and whose blob does, with the time their blob was written. */
  manifestLinks: { repository: string; hex: string; writtenAt: number }[];
  /** Per candidate repository: when the newest blob that it names, or upload in it, was written. */
  repositories: Map<string, number>;
  /** Layer links of repositories that stay whose blob is not there, or is itself a candidate (`blobGoes`). */
  danglingLayerLinks: { repository: string; hex: string; blobGoes: boolean }[];
  /** Uploads of repositories that stay, with the time of the last write. */
  uploads: { repository: string; id: string; writtenAt: number }[];
}
