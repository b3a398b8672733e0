import type { CandidateFacts, Candidates, StorageSnapshot } from '../model/registry-storage.js';

/**
 * The registry's storage, as a port: one driver per kind of storage implements it, features never know which one runs.
 * Nothing that a driver does not recognize as the registry's is followed or deleted.
 */
export interface Storage {
  /**
   * Lists blobs and repositories. What disappears meanwhile is left out.
   * @throws RegadmError STORAGE_UNREADABLE when any part cannot be read
   */
  list(options?: ListOptions): Promise<StorageSnapshot>;

  /**
   * Looks up existence, size and age of what may be deleted.
   * @param snapshot a listing of this storage, with layer links if `danglingLinks` is set
   * @throws RegadmError STORAGE_UNREADABLE
   */
  inspect(snapshot: StorageSnapshot, candidates: Candidates, options: InspectOptions): Promise<CandidateFacts>;

  /**
   * Deletes manifest links and, as the registry's own pruner does, layer links of the same digest. Tags stay: the
   * integrated registry reads them from image streams.
   */
  deleteManifestLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes the links and uploads of repositories, manifest links first. Repositories nested below them stay. */
  deleteRepositories(names: readonly string[], run: DeletionRun): Promise<RepositoryDeletion[]>;

  /** Deletes unfinished uploads. */
  deleteUploads(uploads: readonly Upload[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes blobs, given as `sha256:…`. */
  deleteBlobs(digests: readonly string[], run: DeletionRun): Promise<Deletion[]>;

  /** Deletes layer links; a link whose blob exists is skipped. */
  deleteLayerLinks(links: readonly Link[], run: DeletionRun): Promise<Deletion[]>;
}

export interface ListOptions {
  /** Also lists layer links, which costs a request per repository. */
  layerLinks?: boolean;
  signal?: AbortSignal;
}

export interface InspectOptions {
  /** Also looks for layer links whose blob does not exist. */
  danglingLinks: boolean;
  /** Also looks up the age of candidate repositories. */
  ages: boolean;
}

/** A link from a repository to a blob. */
export interface Link {
  repository: string;
  /** With its algorithm: `sha256:…`. */
  digest: string;
}

export interface Upload {
  repository: string;
  id: string;
}

/** What a driver asks and reports while it deletes. */
export interface DeletionRun {
  /**
   * Awaited before each request that deletes; what it throws is the reason why everything still to be deleted is
   * skipped.
   */
  mayContinue(): Promise<void>;
  /** Called with the number of items that a request finished. */
  onProgress?(items: number): void;
}

/** Result of one deletion, by position in the list. `gone`: it no longer existed. */
export type Deletion =
  | { status: 'deleted' }
  | { status: 'gone' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };

/**
 * `remainingManifests`: manifest links, as `sha256:…`, that a failed deletion left; undefined when the driver cannot
 * list them, and then nothing that they may lead to is deleted.
 */
export type RepositoryDeletion = Deletion & { remainingManifests?: string[] };
