import type { OpenBlob } from '../storage.js';

/**
 * The port to a store of objects with keys, such as S3. A driver translates it to one protocol and knows nothing of the
 * registry; `ObjectStorage` knows the registry's layout and no protocol. Keys are complete: with the root directory.
 */
export interface ObjectStore {
  /** The store in messages, without credentials: `s3://bucket`. */
  readonly name: string;
  readonly limits: ObjectStoreLimits;

  /** Returns what users should know before anything is deleted, such as that the store keeps old versions. */
  warnings(signal?: AbortSignal): Promise<string[]>;

  /**
   * Lists the objects whose keys begin with a prefix, page by page, in the order of their keys (UTF-8) if the protocol
   * has one.
   * @param writtenSince a time in ms since the epoch: objects that were written earlier may be omitted, except for one
   *   of each page
   * @throws RegadmError if any page cannot be read; then the pages so far are not a listing
   */
  list(prefix: string, signal?: AbortSignal, writtenSince?: number): AsyncIterable<StoredObject[]>;

  /**
   * Lists one level below a prefix that ends with `/`, page by page: objects, and the prefixes of those below further
   * slashes.
   * @throws RegadmError as `list`
   */
  listLevel(prefix: string, signal?: AbortSignal): AsyncIterable<StoredLevel>;

  /**
   * Looks up an object, never in a listing.
   * @returns undefined if it does not exist
   * @throws RegadmError that states why it cannot be looked up
   */
  find(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;

  /**
   * Reads an object.
   * @returns undefined if it does not exist
   * @throws RegadmError that states why it cannot be read, or that it is longer than the limit
   */
  read(key: string, limitBytes: number, signal?: AbortSignal): Promise<Buffer | undefined>;

  /**
   * Opens an object of any size, whose content is received as it is read.
   * @returns undefined if it does not exist
   * @throws RegadmError that states why it cannot be read
   */
  open(key: string, signal?: AbortSignal): Promise<OpenBlob | undefined>;

  /**
   * Writes a small object.
   * @throws RegadmError that states why it was not written, or may not have been
   */
  write(key: string, content: string): Promise<void>;

  /**
   * Reads in advance what `delete` needs; absent if it needs nothing. What has changed is read again by the first
   * `delete`.
   * @throws RegadmError
   */
  prepareDeletion?(signal?: AbortSignal): Promise<void>;

  /**
   * Deletes at most `limits.batchSize` objects with one request. An object that does not exist counts as deleted.
   * @returns for each key why it was not deleted; undefined if it was
   * @throws StoreRefusal if the store refused the whole request, so that nothing was deleted
   * @throws NoBatches if the store finds out that its batches are smaller, so that nothing was deleted
   * @throws RegadmError if the request failed otherwise: then any of the objects can have been deleted
   */
  delete(keys: readonly string[]): Promise<(string | undefined)[]>;

  /**
   * Lists uploads that were started and neither completed nor aborted, in parts that no listing shows. Empty where the
   * protocol has no such uploads.
   * @throws RegadmError as `list`
   */
  listUploads(prefix: string, signal?: AbortSignal): AsyncIterable<OpenUpload[]>;

  /**
   * Aborts an upload and deletes its parts. An upload that does not exist counts as aborted.
   * @throws RegadmError that states why it was not aborted
   */
  abortUpload(upload: OpenUpload): Promise<void>;

  /**
   * Reads the size of the parts of an upload.
   * @returns 0 if it no longer exists
   * @throws RegadmError that states why it cannot be read
   */
  measureUpload(upload: OpenUpload, signal?: AbortSignal): Promise<number>;

  /**
   * Lists all objects that contain the content of others. Absent where the protocol has no such objects.
   * @throws RegadmError as `list`
   */
  listSegments?(signal?: AbortSignal): AsyncIterable<StoredSegment[]>;

  /**
   * Finds out which blobs name which segments; absent where the protocol has no such objects. What is found is used by
   * `delete` too.
   * @throws RegadmError
   */
  findOwners?(signal?: AbortSignal): Promise<ContentOwners>;

  /** Closes the connections. */
  close(): Promise<void>;
}

/** Limits of a protocol and of the user. */
export interface ObjectStoreLimits {
  /** Maximum number of objects in a page of a listing. */
  pageSize: number;
  /** Maximum number of keys of one `delete`. */
  batchSize: number;
  /** Maximum number of concurrent requests (`--storage-concurrency`). */
  concurrency: number;
  /** True if a listing can lag behind. Then every object is looked up right before it is deleted. */
  listsLate: boolean;
  /** True if a listing shows 0 bytes for objects whose content is elsewhere. Then their sizes are looked up. */
  hidesSizes?: boolean;
  /** True if the store cannot list open uploads; known once it was asked. */
  hidesUploads?: boolean;
}

/** An object of a listing. */
export interface StoredObject {
  key: string;
  bytes: number;
  /** True if it cannot be read before it is restored, and a look-up does not state its size: then `bytes` is 0. */
  isArchived?: boolean;
  /** Time of the last write, in ms since the epoch. */
  writtenAt: number;
  /** What its segments have in common, if it was looked up and has any; see {@link StoredSegment}. */
  segments?: string;
}

/** An object that contains a part of the content of another. */
export interface StoredSegment {
  /** The same for all segments of a content; `unknown` in an object whose segments are not among the listed ones. */
  segments: string;
  bytes: number;
  writtenAt: number;
}

/** Describes why segments are kept that can be those of a blob. */
export function uncertainOwner(key: string): string {
  return `its segments can be those of ${key}, which are not where the registry writes them`;
}

/** Which blobs have their content in which segments. */
export interface ContentOwners {
  /** Returns the keys of the blobs that name segments. */
  blobsWith(segments: string): ReadonlySet<string>;
  /** Returns a blob whose content can be in any segments, because it does not name them as the registry does. */
  readonly uncertain: string | undefined;
}

/** One level of a listing. */
export interface StoredLevel {
  objects: StoredObject[];
  /** Prefixes, with the slash at the end. */
  prefixes: string[];
}

/** An upload that is not completed. */
export interface OpenUpload {
  key: string;
  id: string;
  /** Time of its start, in ms since the epoch. */
  startedAt: number;
}
