import type { Count, DocumentHeader, Timestamp } from '../../model/document.js';
import type { SavedEntry } from '../output/document-type.js';

/** What `regadm backup verify -o json` prints. */
export interface BackupVerificationDocument extends DocumentHeader<'BackupVerification'> {
  startedAt: Timestamp;
  finishedAt: Timestamp;
  /** The absolute path of the backup. */
  directory: string;
  summary: BackupVerificationSummary;
  /** The images that cannot be restored as they were saved: by digest, the oldest run first. */
  images: DamagedImage[];
  /** By file. */
  damaged: DamagedFileEntry[];
  /** Temporary files of a run that was killed, by name; not damage. The next backup or `backup prune` removes them. */
  leftovers: string[];
  /** Files that regadm did not write, by name; not damage. */
  unrecognized: string[];
  /** The warnings on stderr. */
  warnings: string[];
}

export interface BackupVerificationSummary {
  /** Images whose objects were saved, each counted once. */
  images: Count;
  /** Blobs that were read, manifests included. */
  blobs: Count;
  /** Size of these blobs. */
  bytes: Count;
  /** Length of `damaged`. */
  damaged: Count;
}

export interface DamagedImage extends SavedEntry {
  /** The damaged files that it needs. */
  files: string[];
}

export interface DamagedFileEntry {
  /** Relative to the directory. For a record, its line follows: `…, line 3`. */
  file: string;
  /** What is wrong with it. */
  message: string;
}
