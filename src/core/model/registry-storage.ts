/**
 * The content of a registry's storage as plain values: storage drivers read them, and plans are made from them. Where
 * there can be millions of digests, they are 64 hex digits without the algorithm, because the registry stores only
 * sha256.
 */

/** The blobs and repositories that one listing found in a storage. */
export interface StorageSnapshot {
  /** Blobs, as hex. */
  blobs: string[];
  repositories: StoredRepository[];
  /** Entries that do not belong to the registry's layout: never followed, never deleted. */
  ignored: string[];
}

/** A repository: a name below which there are manifest links, layer links or uploads. */
export interface StoredRepository {
  name: string;
  /** Manifest links as hex; undefined when the repository never had one. */
  manifests?: string[];
  /** Ids of unfinished uploads. */
  uploads: string[];
  /** Layer links as hex; undefined when they were not listed. */
  layers?: string[];
}

/** Size of a blob in bytes and times in ms since the epoch. */
export interface BlobFacts {
  bytes: number;
  /** When the blob was last written. */
  writtenAt: number;
  /** When a repository last got a link to it, if that was looked up and there is one: pushes reuse old blobs. */
  linkedAt?: number;
}

/** How much space the content of a storage uses. Links are not included: each has the length of a digest. */
export interface StoredSizes {
  /** Size of each blob in bytes, in the order of the listing; NaN if the blob no longer exists. */
  blobs: Float64Array;
  /** Unfinished uploads: those of running pushes, and abandoned ones. */
  uploads: {
    count: number;
    /** Undefined if it cannot be found out. */
    bytes?: number;
    /** Why `bytes` is undefined. */
    problem?: string;
  };
  /**
   * Parts of contents to which no blob and no upload leads: an interrupted deletion left them behind. Undefined if the
   * storage has no such parts, or if it cannot be found out.
   */
  leftovers?: Amount;
}

/** A number of objects and their size in bytes. */
export interface Amount {
  count: number;
  bytes: number;
}

/** A repository to delete as a whole, and why. */
export interface RepositoryRemoval {
  name: string;
  reason: string;
}

/** A manifest link that looks unused. */
export interface LinkCandidate {
  repository: string;
  hex: string;
  /** True if it is deleted even if its manifest does not exist: nothing in the cluster knows it. */
  evenDangling: boolean;
}

/** Data that looks unused in the listing, before ages and existence are looked up. Digests as hex. */
export interface Candidates {
  repositories: RepositoryRemoval[];
  manifestLinks: LinkCandidate[];
  blobs: string[];
}

/** A link and when it, or its blob, was written. */
export interface WrittenLink {
  repository: string;
  hex: string;
  writtenAt: number;
}

/** A layer link whose blob does not exist, or is to be deleted. */
export interface DanglingLink extends WrittenLink {
  /** True if the blob exists and is a candidate for deletion. */
  blobIsCandidate: boolean;
}

/** What the storage contains of the candidates. Times in ms since the epoch. */
export interface CandidateFacts {
  /** Candidate blobs that exist. `bytes` is what their deletion frees. */
  blobs: Map<string, BlobFacts>;
  /** Candidate blobs that the listing shows, but that are kept, by the reason; as hex. */
  keptBlobs?: Map<string, string[]>;
  /**
   * Candidate links that exist. `writtenAt` is that of the blob; that of the link if its blob does not exist, or if the
   * ages of links were looked up and it is newer.
   */
  manifestLinks: WrittenLink[];
  /** Newest blob, link (if their ages were looked up) or upload of each candidate repository. */
  repositories: Map<string, number>;
  /** Manifest links of the candidate repositories; empty unless the ages of links were looked up. */
  linksOfRepositories: WrittenLink[];
  /** Layer links of the other repositories whose blob does not exist, or is a candidate too. */
  danglingLayerLinks: DanglingLink[];
  /** Uploads of the other repositories. */
  uploads: { repository: string; id: string; writtenAt: number }[];
}

/** Which storage it is, as the settings of the registry state it. Without credentials. */
export interface StoragePlace {
  /** As `--storage` names it: `s3://BUCKET/ROOT`, `azure://ACCOUNT/CONTAINER/ROOT` or `swift://CONTAINER/PREFIX`. */
  url: string;
  /** URL of the service, of Swift that of the login. Absent for S3 of AWS. */
  endpoint?: string;
  /** Absent for Azure, and for Swift if it is not stated. */
  region?: string;
}
