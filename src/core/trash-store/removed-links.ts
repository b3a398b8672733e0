import { messageOf } from '../model/errors.js';
import type { LinkFile, StorageTrash } from '../storage/trash.js';
import { formatJournal, parseJournal } from './format/journal-file.js';
import type { JournalEntry, JournalFile } from './model.js';
import { newId } from './new-id.js';
import type { SessionPorts } from './ports.js';
import type { TrashSession } from './session.js';

/** Directory of the records of links that were removed although their blobs stayed in their place. */
const DIRECTORY = 'links';
/** Maximum number of blobs per file. */
const BATCH_SIZE = 1000;

/** Records links before they are removed, although their blobs stay in their place. */
export async function recordRemovedLinks(
  session: TrashSession,
  { storage }: Pick<SessionPorts, 'storage'>,
  entries: readonly JournalEntry[],
): Promise<void> {
  const [at, sweep] = [session.now(), newId()];
  const name = `${DIRECTORY}/${new Date(at).toISOString().replaceAll(/[-:.]/g, '')}-${sweep}`;
  for (let start = 0; start < entries.length; start += BATCH_SIZE) {
    const batch = entries.slice(start, start + BATCH_SIZE);
    const file: JournalFile = { version: 1, storage: session.file.storage, sweep, at, entries: batch };
    const path = `${name}-${String(start / BATCH_SIZE + 1).padStart(4, '0')}.json.gz`;
    await session.assertHeld();
    await storage.trash().replaceFile(path, await formatJournal(file), undefined);
  }
}

/** The records of removed links. */
interface RemovedLinks {
  /** By the hex of the blob that they lead to. */
  links: Map<string, LinkFile[]>;
  /** The files, with when they were written. */
  files: { path: string; at: number }[];
  warnings: string[];
}

/** Reads the records of removed links. What cannot be read is a warning. @throws the storage's error */
export async function readRemovedLinks(
  trash: Pick<StorageTrash, 'listFiles' | 'readFile'>,
  storage: string,
  signal?: AbortSignal,
): Promise<RemovedLinks> {
  const found: RemovedLinks = { links: new Map(), files: [], warnings: [] };
  for (const path of await trash.listFiles(DIRECTORY, signal)) {
    const file = await trash.readFile(path, signal);
    if (!file) continue;
    try {
      const journal = await parseJournal(file.content);
      if (journal.storage !== storage) throw new Error('it is of another storage');
      found.files.push({ path, at: journal.at });
      for (const { hex, links } of journal.entries) found.links.set(hex, [...(found.links.get(hex) ?? []), ...links]);
    } catch (error) {
      found.warnings.push(
        `regadm/${path} in this storage cannot be used: ${messageOf(error)}; its links are not restored`,
      );
    }
  }
  return found;
}
