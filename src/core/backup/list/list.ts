import { openBackupToExamine } from '../../backup-directory/manage.js';
import { directoryError } from '../../backup-directory/errors.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { readContents, type Contents, type Reading } from '../contents/read-contents.js';

/** What `backup list` found. */
export interface BackupReport {
  contents: Contents;
  /** Size of the blobs that more than one image needs, in bytes. */
  sharedBytes: number;
  /** Records and manifests that cannot be used, as sentences. */
  unreadable: string[];
}

/**
 * Reads what a backup contains. What is damaged is reported, and the rest is shown.
 * @throws RegadmError BACKUP_DIRECTORY, and the reason of the signal
 */
export async function listBackup(directory: string, reading: Reading): Promise<BackupReport> {
  const backup = await openBackupToExamine(directory);
  try {
    const unreadable: string[] = [];
    const contents = await readContents(backup, reading, (file, problem) =>
      unreadable.push(`${file}: ${messageOf(problem)}`),
    );
    for (const { unusable } of contents.content.values())
      for (const [digest, problem] of unusable) unreadable.push(`manifest ${digest}: ${problem}`);
    return { contents, sharedBytes: sharedBytes(contents), unreadable: [...new Set(unreadable)] };
  } catch (error) {
    reading.signal.throwIfAborted();
    throw directoryError(directory, error);
  } finally {
    await backup.close();
  }
}

/** Returns the size of an image in the backup, layers that others share included; undefined if it has none of it. */
export function sizeOfImage({ blobs, content }: Contents, image: Digest): number | undefined {
  const { needed, elsewhere } = content.get(image) ?? {};
  if (!needed || !blobs.has(image)) return undefined;
  return [...needed, ...elsewhere!].reduce((sum, digest) => sum + (blobs.get(digest) ?? 0), 0);
}

/** An index needs the blobs of its children, which are images of their own: they count as shared. */
function sharedBytes({ blobs, content }: Contents): number {
  const seen = new Set<Digest>();
  const shared = new Set<Digest>();
  for (const { needed, elsewhere } of content.values())
    for (const digest of [...needed, ...elsewhere]) (seen.has(digest) ? shared : seen).add(digest);
  return [...shared].reduce((sum, digest) => sum + (blobs.get(digest) ?? 0), 0);
}
