/** What helps if a file cannot be read: by default, save it again. */
export type Remedy = 'replace-link' | 'extract' | 'save-as-json' | 'split' | 'delete-one';

/** Receives the files of a directory or an archive. Paths are relative to it, with slashes. */
export interface FileReceiver {
  /** True if the content of the file matters; otherwise it is not read. */
  wants(path: string): boolean;
  file(path: string, content: Buffer): void;
  /** Receives a file that matters and cannot be read, e.g. because it is too large or a link. */
  unreadable(path: string, message: string, remedy?: Remedy): void;
}
