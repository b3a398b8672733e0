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
   * Reads a small object with its version.
   * @returns undefined if it does not exist
   * @throws RegadmError as `read`
   */
  readVersion(key: string, limitBytes: number, signal?: AbortSignal): Promise<VersionedObject | undefined>;

  /**
   * Writes a small object if it has the version that was read.
   * @param expected undefined: if it does not exist. Stores with `limits.createsOnly` accept nothing else
   * @param options `isProbe`: only the store compares, to find out whether it does
   * @throws RegadmError that states why it was not written, or may not have been
   */
  writeIf(
    key: string,
    content: Buffer,
    expected: string | undefined,
    options?: { isProbe?: boolean },
  ): Promise<ConditionalWrite>;

  /**
   * Copies an object within the store. Objects whose content is elsewhere are copied without it: both then name it.
   * @param bytes its size if it is known: large objects are copied in parts
   * @returns `gone` if `from` does not exist; `exists` if `to` exists already, because it must not be replaced.
   *   Some stores do not check this themselves: look before
   * @throws Unanswered if it is not known whether it was copied
   * @throws RegadmError that states why it was not copied
   */
  copy(from: string, to: string, options?: { bytes?: number; isNew?: boolean }): Promise<'copied' | 'gone' | 'exists'>;

  /** Returns the time of the store's clock, in ms since the epoch, rounded to seconds. @throws RegadmError */
  now(signal?: AbortSignal): Promise<number>;

  /** When the outcome of a change was last unknown, by `performance.now()`; undefined if each one is known. */
  readonly unansweredAt: number | undefined;

  /**
   * Reads in advance what `delete` needs; absent if it needs nothing. What has changed is read again by the first
   * `delete`.
   * @throws RegadmError
   */
  prepareDeletion?(signal?: AbortSignal): Promise<void>;

  /**
   * Deletes at most `limits.batchSize` objects with one request. An object that does not exist counts as deleted.
   * @returns for each key why it was not deleted; undefined if it was
   * @throws Unanswered if others write at the same time, and the outcome of a request is not known
   * @throws StoreRefusal if the store refused the whole request, so that nothing was deleted
   * @throws NoBatches if the store finds out that its batches are smaller, so that nothing was deleted
   * @throws RegadmError if the request failed otherwise: then any of the objects can have been deleted
   */
  delete(keys: readonly string[], options?: DeleteOptions): Promise<(string | undefined)[]>;

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
  /** True if a write can depend only on whether an object exists, not on its version. */
  createsOnly?: boolean;
  /** True if the bucket keeps old versions of objects; known once `warnings` was called. */
  keepsVersions?: boolean;
  /** True if the store cannot list open uploads; known once it was asked. */
  hidesUploads?: boolean;
}

/** How objects are deleted. */
export interface DeleteOptions {
  /**
   * True if others write at the same time: a request is sent again only if the store stated that it did not execute it,
   * and what is known about other objects is looked up again.
   */
  isOnline?: boolean;
  /** True to keep the segments of an object: a copy names them. */
  keepsSegments?: boolean;
}

/** A small object with its version. */
export interface VersionedObject {
  content: Buffer;
  /** Changes with every `writeIf`. */
  version: string;
}

/**
 * Result of a write under a condition. `conflict`: there is another version. `unknown`: there is another version, which
 * an earlier attempt without a response can have written.
 */
export type ConditionalWrite = 'written' | 'conflict' | 'unknown';

/** Returns the result of a request that was refused because there is another version. */
export const conflictAfter = ({ attempts }: { attempts: number }): ConditionalWrite =>
  attempts > 1 ? 'unknown' : 'conflict';

/** Maximum size in bytes of an object whose MD5 a listing passes on: links are smaller. */
export const MD5_LIMIT_BYTES = 1024;

/** An object of a listing. */
export interface StoredObject {
  key: string;
  bytes: number;
  /** True if it cannot be read before it is restored, and a look-up does not state its size: then `bytes` is 0. */
  isArchived?: boolean;
  /** Time of the last write, in ms since the epoch. */
  writtenAt: number;
  /** MD5 of its content in hex, if the listing states it and the object is small. It can be something else. */
  md5?: string;
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
