import type { Entry } from '../plan/saved.js';
import type { Contents } from '../contents/read-contents.js';

/** A file of a backup that is missing or damaged. */
export interface DamagedFile {
  /** Relative to the backup; of a record, with its line. */
  file: string;
  message: string;
}

/** An image that cannot be restored as it was saved. */
export interface DamagedEntry {
  entry: Entry;
  /** The damaged files that it needs, sorted. */
  files: string[];
}

/** What `backup verify` found. */
export interface BackupVerification {
  contents: Contents;
  startedAt: Date;
  finishedAt: Date;
  /** By file. */
  damaged: DamagedFile[];
  /** By image, the oldest run first. */
  images: DamagedEntry[];
  /** Temporary files of a process that was killed, and files that regadm did not write: not damage. By file. */
  leftovers: string[];
  unrecognized: string[];
  /** True if a process was killed before it had written `index.json`: not damage. */
  interrupted: boolean;
}
