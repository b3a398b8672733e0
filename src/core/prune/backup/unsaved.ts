/** What must be kept because it was not saved. */
export interface Unsaved {
  /** Why an image (a digest number) must be kept with its tag items, links and blobs. */
  images: ReadonlyMap<number, string>;
  /** Why tag items must be kept: by repository, then by their position among the items of the planned stream. */
  items: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

/** Without a backup. */
export const NOTHING_UNSAVED: Unsaved = { images: new Map(), items: new Map() };

/** What was saved; in a dry run, what would be. */
export interface BackupSummary {
  directory: string;
  /** Estimated before anything was saved, without what the directory had. */
  estimatedBytes: number;
  /** Free before anything was saved. */
  freeBytes: number;
  /** Number of images that are saved. */
  saved: number;
  /** Number of images that are kept because no image stream lists them. */
  notSaved: number;
  /** Bytes of the blobs that were written. */
  bytes: number;
}
