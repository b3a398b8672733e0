import type { FoundFile } from '../../backup-directory/inventory.js';
import type { ExaminedBackup } from '../../backup-directory/manage.js';
import type { BackupRun, OnDamage } from '../../backup-directory/runs.js';
import { forEachParallel } from '../../kit/parallel.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Digest } from '../../model/digest.js';
import { compareEntries, type Entry, type ImageContent } from '../plan/saved.js';
import { readImageContent } from './image-content.js';
import { readEntries } from './read-entries.js';

/** What a backup contains. */
export interface Contents {
  /** The absolute path of the backup. */
  directory: string;
  /** The oldest first. */
  runs: BackupRun[];
  /** By image, the oldest run first. */
  entries: Entry[];
  /** Size of each blob, in bytes. */
  blobs: Map<Digest, number>;
  /** Every file that is not a blob. */
  files: FoundFile[];
  /** What each image names whose object was saved. */
  content: Map<Digest, ImageContent>;
}

/** How a backup is read. */
export interface Reading {
  reporter: Reporter;
  signal: AbortSignal;
}

/** Maximum number of manifests that are read at the same time. */
const READERS = 16;

/**
 * Reads everything except for the content of the blobs.
 * @param onDamage called with every record that is damaged; without it, reading ends with an error
 * @throws RegadmError BACKUP_DAMAGED, the file system's error, and the reason of the signal
 */
export async function readContents(
  backup: ExaminedBackup,
  { reporter, signal }: Reading,
  onDamage?: OnDamage,
): Promise<Contents> {
  reporter.phase('reading the backup');
  const runs = await backup.runs(onDamage);
  const entries: Entry[] = [];
  for (const run of runs) {
    signal.throwIfAborted();
    for (const entry of await readEntries(backup, run, onDamage)) entries.push(entry);
  }
  const blobs = new Map<Digest, number>();
  const files: FoundFile[] = [];
  for await (const found of backup.files()) {
    if (found.digest === undefined) files.push(found);
    else blobs.set(found.digest, found.bytes);
  }
  const images = new Set(entries.filter(({ saved }) => saved !== 'tags').map(({ name }) => name));
  reporter.phase('reading manifests', images.size);
  const content: [Digest, ImageContent][] = [];
  await forEachParallel(images, { concurrency: READERS, waitsAfterError: true }, async (image, index) => {
    signal.throwIfAborted();
    content[index] = [image, await readImageContent(backup.blobs, image)];
    reporter.tick();
  });
  return {
    directory: backup.directory,
    runs,
    entries: entries.sort(compareEntries),
    blobs,
    files,
    content: new Map(content),
  };
}

/**
 * Returns the size of all blobs, records and temporary files, in bytes. `index.json` is not part of it: it is written
 * again when they change.
 */
export function sizeOnDisk({ blobs, files }: Contents): number {
  let bytes = 0;
  for (const size of blobs.values()) bytes += size;
  for (const file of files) if (file.kind === 'run' || file.kind === 'temporary') bytes += file.bytes;
  return bytes;
}

/** Returns how many images were saved, without duplicates. */
export function countImages(entries: readonly Entry[]): number {
  return new Set(entries.filter(({ saved }) => saved !== 'tags').map(({ name }) => name)).size;
}
