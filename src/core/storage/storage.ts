import type { Digest } from '../model/digest.js';
import type { CandidateFacts, Candidates, StorageSnapshot, StoredSizes } from '../model/registry-storage.js';
import type { Deletion, DeletionRun, LinkWrite } from './runs.js';
import type { StorageTrash } from './trash.js';

export type { Deletion, DeletionRun, LinkWrite } from './runs.js';

/**
 * The port to the registry's storage. Each kind of storage has a driver, which features do not distinguish. A driver
 * follows and deletes nothing that it does not recognize as the registry's.
 */
export interface Storage {
  /** Returns what users should know about this storage before anything is deleted, such as that nothing is freed. */
  warnings(signal?: AbortSignal): Promise<string[]>;

  /**
   * Lists blobs and repositories. Omits those that disappear meanwhile.
   * @throws RegadmError STORAGE_UNREADABLE when any part cannot be read
   */
  list(options?: ListOptions): Promise<StorageSnapshot>;

  /**
   * Finds out which blobs of a listing have data: an interrupted deletion can leave the directory of a blob.
   * @param hexes blobs of the last listing
   * @throws RegadmError STORAGE_UNREADABLE
   */
  findListedData(hexes: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>>;

  /**
   * Lists all blobs with their sizes and all repositories with their links, and keeps nothing, so that memory does not
   * grow with the storage. The visitor copies the strings that it keeps.
   * @throws RegadmError STORAGE_UNREADABLE when any part cannot be read
   */
  survey(visitor: SurveyVisitor): Promise<Survey>;

  /**
   * Looks up blobs, never in a listing, because listings can lag behind.
   * @returns their sizes in bytes, by position; NaN for one whose size is not known, such as an archived object of S3;
   *   undefined for one that does not exist
   * @throws RegadmError that states why one cannot be looked up
   */
  findBlobs(digests: readonly Digest[], signal?: AbortSignal): Promise<(number | undefined)[]>;

  /**
   * Reads links, never from a listing.
   * @returns by position: true if the link exists and contains its digest
   * @throws RegadmError that states why one cannot be read
   */
  findLinks(links: readonly StoredLink[], signal?: AbortSignal): Promise<boolean[]>;

  /**
   * Reads the tags that a repository has in the storage. The integrated registry writes none: it keeps them in image
   * streams.
   * @throws RegadmError STORAGE_UNREADABLE, or why they cannot be read
   */
  readTags(repository: string, signal?: AbortSignal): Promise<StoredTag[]>;

  /**
   * Looks up the sizes of all blobs and of unfinished uploads.
   * @param snapshot a listing of this storage
   * @throws RegadmError STORAGE_UNREADABLE, or why a blob cannot be looked up
   */
  measure(snapshot: StorageSnapshot, options?: MeasureOptions): Promise<StoredSizes>;

  /**
   * Looks up existence, size and age of the candidates for deletion.
   * @param snapshot a listing of this storage, with layer links if `danglingLinks` is set
   * @throws RegadmError STORAGE_UNREADABLE
   */
  inspect(snapshot: StorageSnapshot, candidates: Candidates, options: InspectOptions): Promise<CandidateFacts>;

  /**
   * Reads in advance what deletions need, so that they take less time. What has changed is read again when they begin.
   * @throws RegadmError
   */
  prepareDeletion(signal?: AbortSignal): Promise<void>;

  /**
   * Finds links that were written at a time or later, in ms since the epoch. Lists the repositories again.
   * @param digests the blobs whose links are looked up
   * @throws RegadmError STORAGE_UNREADABLE
   */
  findLinkedSince(digests: readonly Digest[], since: number): Promise<RecentLinks>;

  /**
   * Reads a blob. One that was listed or read before, and is not found, is looked for again.
   * @returns undefined if it does not exist, and `list` did not have it
   * @throws Error that states why it cannot be read, that it is not found although it was before (until blobs are
   *   deleted), or that it is longer than the limit
   */
  readBlob(digest: Digest, limitBytes: number): Promise<Buffer | undefined>;

  /**
   * Opens a blob of any size. Its content fails if it ends early or arrives too slowly; the caller computes the digest.
   * @returns undefined as `readBlob`
   * @throws Error that states why it cannot be read
   */
  openBlob(digest: Digest, options?: { signal?: AbortSignal }): Promise<OpenBlob | undefined>;

  /**
   * Deletes manifest links and, as the registry's own pruner does, layer links of the same digest. Keeps tags, because
   * the integrated registry reads them from image streams.
   */
  deleteManifestLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes the links and uploads of repositories, manifest links first. Keeps repositories nested below them. */
  deleteRepositories(names: readonly string[], run: DeletionRun): Promise<RepositoryDeletion[]>;

  /** Deletes unfinished uploads. */
  deleteUploads(uploads: readonly Upload[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes blobs, given as `sha256:…`. */
  deleteBlobs(digests: readonly Digest[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes layer links; a link whose blob exists is skipped. */
  deleteLayerLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]>;

  /**
   * Writes links that do not exist. A link that has other content is left alone, and so is one whose blob does not
   * exist. Writing them again changes nothing.
   */
  writeLinks(links: readonly StoredLink[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]>;

  /** Returns the port to regadm's own directory in this storage, and to what an online hard prune changes. */
  trash(): StorageTrash;

  /** Closes the connections. */
  close(): Promise<void>;
}

/** What recently written links lead to. */
export interface RecentLinks {
  /** Those of the blobs that were asked for, by links of any kind. */
  blobs: ReadonlySet<Digest>;
  /** All manifests, by manifest links, as hex. */
  manifests: ReadonlySet<string>;
}

export interface ListOptions {
  /** Also lists layer links, which costs a request per repository. */
  layerLinks?: boolean;
  signal?: AbortSignal;
  /** Called with the number of blobs, links and other entries that a part of the listing has. */
  onListed?(count: number): void;
}

export interface MeasureOptions {
  signal?: AbortSignal;
  /** Called for each blob whose size takes a request, or a look at a file. */
  onLookUp?(): void;
}

export interface InspectOptions {
  /** Also looks for layer links whose blob does not exist. */
  danglingLinks: boolean;
  /** Also looks up the age of candidate repositories. */
  ages: boolean;
  /** Also looks up the ages of links: a push that reuses a blob writes only a link. */
  linkAges: boolean;
}

/** A link from a repository to a blob. */
export interface Link {
  repository: string;
  /** With its algorithm: `sha256:…`. */
  digest: Digest;
}

/** A blob that is being read. */
export interface OpenBlob {
  /** Size that the storage states. */
  bytes: number;
  /** Read it to its end, or leave the loop: until then, a file or a connection stays open. */
  content: AsyncIterable<Buffer>;
}

/** A tag of a repository in the storage. */
export interface StoredTag {
  name: string;
  digest: Digest;
}

/** A link of one of the two kinds. */
export interface StoredLink extends Link {
  /** Configs are linked as layers. */
  kind: 'layer' | 'manifest';
}

export interface SurveyVisitor {
  /** Called once for each blob that has data, in any order, before the first repository. Digests as hex. */
  onBlob(hex: string, bytes: number): void;
  /** Called once for each repository, in any order. */
  onRepository(repository: SurveyedRepository): void;
  signal?: AbortSignal;
  /** Called with the number of blobs, links and other entries that a part of the listing has. */
  onListed?(count: number): void;
}

/** A repository with the links that have the length of a digest. Digests as hex. */
export interface SurveyedRepository {
  name: string;
  manifests: string[];
  layers: string[];
}

export interface Survey {
  /** Entries that do not belong to the registry's layout. */
  ignored: string[];
}

export interface Upload {
  repository: string;
  id: string;
}

/**
 * `remainingManifests`: manifest links, as `sha256:…`, that a failed deletion left behind; undefined if the driver
 * cannot list them. Then no blob that they can lead to is deleted.
 */
export type RepositoryDeletion = Deletion & { remainingManifests?: Digest[] };
