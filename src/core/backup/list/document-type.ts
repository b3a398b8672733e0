import type { Count, DocumentHeader } from '../../model/document.js';
import type { SavedEntry, RunEntry } from '../output/document-type.js';

/** What `regadm backup list -o json` prints. */
export interface BackupDocument extends DocumentHeader<'Backup'> {
  /** The absolute path of the backup. */
  directory: string;
  summary: BackupSummary;
  /** The oldest first. */
  runs: RunEntry[];
  /** By digest, the oldest run first. */
  images: ListedImage[];
  /** Files that cannot be used: what they contain is not listed. */
  warnings: string[];
}

export interface BackupSummary {
  /** Images whose objects were saved, each counted once. */
  images: Count;
  /** Blobs on disk, manifests included. */
  blobs: Count;
  /** Size of all blobs, records and temporary files. */
  bytes: Count;
  /** Size of the blobs that more than one image needs; the blobs of an index belong to its children, too. */
  sharedBytes: Count;
}

export interface ListedImage extends SavedEntry {
  /** Size of its manifest and blobs, shared ones included; null if the backup does not have them. */
  bytes: Count | null;
}
