/** The callbacks of a deletion. */
export interface DeletionRun {
  /** Awaited before each request that deletes or writes. Its error is the reason why the rest is skipped. */
  mayContinue(): Promise<void>;
  /** Blobs and links written at this time or later are kept, in ms since the epoch; undefined: age does not matter. */
  keepWrittenSince?: number;
  /**
   * True if the registry is read-only, and recent links were looked for since: a push that writes a blob again also
   * writes a link to it, so drivers do not have to list the blobs again.
   */
  linksAreKnown?: boolean;
  /** Called with the number of items that were deleted since the last call; not for those that were kept. */
  onProgress?(items: number): void;
}

/** Result of one deletion, by position in the list. `gone`: it no longer existed. */
export type Deletion =
  | { status: 'deleted' }
  | { status: 'gone' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };

/** Result of writing a link, by position in the list. `exists`: it was there already. */
export type LinkWrite =
  | { status: 'written' }
  | { status: 'exists' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };
