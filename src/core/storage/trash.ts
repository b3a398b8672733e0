import type { Digest } from '../model/digest.js';
import type { Deletion, DeletionRun, LinkWrite } from './runs.js';

/**
 * The port to what regadm keeps in a registry's storage, `<driver root>/regadm/`, next to `docker/`, and to what an
 * online hard prune changes there. Paths are relative to that directory and have no `..`. Digests are 64 hex digits.
 *
 *     marks.json.gz, lease…              files of regadm
 *     trash/<date>/blobs/sha256/ab/<hex>/data
 *     trash/<date>/journal/…             files of regadm
 */
export interface StorageTrash {
  /**
   * True if listings can lag behind, or a change can become visible late (Swift). Then one look at a storage proves
   * nothing.
   */
  readonly listsLate: boolean;

  /**
   * When the last request that changes something was sent without receiving a response, by `performance.now()`: it can
   * still take effect. Undefined if every response was received.
   */
  readonly unansweredAt: number | undefined;

  /**
   * Describes the storage so that a copy of it is recognized as another one: for a directory, its file system's number
   * of `docker/registry/v2` and when it was created; for an object store, its URL without the endpoint.
   */
  identify(signal?: AbortSignal): Promise<string>;

  /**
   * Returns what can make the storage refuse changes, or hides a part of the trash. Writes nothing.
   * @throws RegadmError
   */
  warnings(signal?: AbortSignal): Promise<string[]>;

  /**
   * Returns the time of the storage's clock, in ms since the epoch: that of a file just written, or the `Date` of a
   * response.
   * @throws RegadmError that states why it is not known, such as that nothing can be written
   */
  now(signal?: AbortSignal): Promise<number>;

  /**
   * Returns the time as `now` does, but writes nothing: for dry runs. Where that is not possible, such as for a
   * directory, it is this machine's clock.
   * @throws RegadmError
   */
  estimateNow(signal?: AbortSignal): Promise<number>;

  /**
   * Reads a file of regadm, never from a listing.
   * @returns undefined if it does not exist
   * @throws RegadmError that states why it cannot be read
   */
  readFile(path: string, signal?: AbortSignal): Promise<TrashFile | undefined>;

  /**
   * Writes a file of regadm atomically and durably, if nobody has written it since it was read. A process that sleeps
   * at any step never replaces a newer version, unless that has the content of the expected one (S3): no change is lost
   * then.
   * @param expected version that was read; undefined: it did not exist
   * @returns the new version; undefined if another process has written the file
   * @throws RegadmError that states why it was not written, or may not have been
   */
  replaceFile(path: string, content: Buffer, expected: string | undefined): Promise<string | undefined>;

  /** Lists the files of regadm below a directory, as paths. @throws RegadmError */
  listFiles(directory: string, signal?: AbortSignal): Promise<string[]>;

  /** Deletes files of regadm. One that does not exist counts as deleted. @throws RegadmError */
  deleteFiles(paths: readonly string[]): Promise<void>;

  /**
   * Reads all links of all repositories, layer and manifest links of every algorithm, except those of tags. Where the
   * listing does not prove what a link contains, the link is read.
   * @throws RegadmError STORAGE_UNREADABLE when any part cannot be read
   */
  walkLinks(visitor: LinkVisitor): Promise<void>;

  /**
   * Deletes links, with any content, and the directories that become empty. Keeps those that were written at
   * `run.keepWrittenSince` or later, as `skipped`.
   */
  deleteLinks(links: readonly LinkFile[], run: DeletionRun): Promise<Deletion[]>;

  /** Writes links where there is none; one that exists is left alone, whatever it contains. */
  restoreLinks(links: readonly LinkFile[], run: Pick<DeletionRun, 'mayContinue'>): Promise<LinkWrite[]>;

  /**
   * Moves blobs from their place to the trash of a day. At every moment, each of them is in one of the two, or in both.
   * `run.onProgress` also counts those that are gone.
   * @param date `2026-11-26`, by the storage's clock
   */
  moveBlobs(
    hexes: readonly string[],
    date: string,
    run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
  ): Promise<Move[]>;

  /**
   * Moves blobs back to their place. One that exists there is never replaced: then the trash keeps its copy, with the
   * status `exists`. `run.onProgress` also counts those that exist or are gone.
   */
  moveBlobsBack(
    blobs: readonly TrashedBlob[],
    run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>,
  ): Promise<MoveBack[]>;

  /** Lists the blobs in the trash. Calls `take` for each one, in any order. @throws RegadmError STORAGE_UNREADABLE */
  listBlobs(take: (blob: TrashedBlob & { bytes: number }) => void, signal?: AbortSignal): Promise<void>;

  /** Reads a blob in the trash. @returns undefined if it does not exist @throws as `Storage.readBlob` */
  readBlob(blob: TrashedBlob, limitBytes: number): Promise<Buffer | undefined>;

  /**
   * Deletes blobs in the trash, with their content wherever it is: on Swift, segments only if no object in place names
   * them.
   */
  deleteBlobs(blobs: readonly TrashedBlob[], run: Pick<DeletionRun, 'mayContinue' | 'onProgress'>): Promise<Deletion[]>;
}

/** A file of regadm. */
export interface TrashFile {
  content: Buffer;
  /** Changes with every write. */
  version: string;
}

/** A blob in the trash. */
export interface TrashedBlob {
  hex: string;
  /** Day on which it was moved: `2026-11-26`. */
  date: string;
}

/** A link by its place, and what it contains. */
export interface LinkFile {
  repository: string;
  kind: 'layer' | 'manifest';
  /** The digest in its path, of any algorithm: `sha512:…`. */
  path: string;
  /** The digest that it contains: `sha256:…`. */
  digest: Digest;
}

/** What a walk calls. */
export interface LinkVisitor {
  /**
   * Called for each link. The visitor copies what it keeps.
   * @param link `digest` is what it contains; the path's if its content is not a sha256 digest, such as while it is
   *   being written
   */
  onLink(link: LinkFile): void;
  signal?: AbortSignal;
  /** Called with the number of links that a part of the walk has read. */
  onWalked?(count: number): void;
}

/** Result of a move, by position. `gone`: there was no such blob in its place. */
export type Move =
  | { status: 'moved'; bytes: number }
  | { status: 'gone' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };

/** Result of a move back, by position. `exists`: there is a blob in its place. `gone`: the trash does not have it. */
export type MoveBack =
  | { status: 'restored'; bytes: number }
  | { status: 'exists' }
  | { status: 'gone' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };
