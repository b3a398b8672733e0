import type { Failure } from '../model/document.js';
import { messageOf } from '../model/errors.js';
import { counted } from '../model/values/counted.js';
import type { ClusterUsage } from '../orphans/plan/usage.js';
import type { LinkFile, StorageTrash } from '../storage/trash.js';
import { formatJournal, parseJournal } from './format/journal-file.js';
import type { JournalEntry, JournalFile } from './model.js';
import { neededLinks } from './needed-links.js';
import { newId } from './new-id.js';
import type { SessionPorts } from './ports.js';
import type { TrashSession } from './session.js';

/** Directory of the records of links that were removed although their blobs stayed in their place. */
const DIRECTORY = 'links';
/** Maximum number of blobs per file. */
const BATCH_SIZE = 1000;
/** Minimum age of a record that is deleted, in ms. */
const MIN_KEEP_MS = 24 * 60 * 60 * 1000;

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

/**
 * Reads the records of removed links. What cannot be read is a warning. In a copied storage, they count as its journal
 * does: links are only written where there is none.
 * @throws the storage's error
 */
export async function readRemovedLinks(
  trash: Pick<StorageTrash, 'listFiles' | 'readFile'>,
  signal?: AbortSignal,
): Promise<RemovedLinks> {
  const found: RemovedLinks = { links: new Map(), files: [], warnings: [] };
  for (const path of (await trash.listFiles(DIRECTORY, signal)).filter((path) => path.endsWith('.json.gz'))) {
    const file = await trash.readFile(path, signal);
    if (!file) continue;
    try {
      const journal = await parseJournal(file.content);
      found.files.push({ path, at: journal.at });
      for (const { hex, links } of journal.entries) found.links.set(hex, joined(found.links.get(hex), links));
    } catch (error) {
      found.warnings.push(
        `regadm/${path} in this storage cannot be used: ${messageOf(error)}; its links are not restored`,
      );
    }
  }
  return found;
}

/** Joins links of one blob: several runs can have removed the same one. */
function joined(known: readonly LinkFile[] = [], more: readonly LinkFile[]): LinkFile[] {
  const placeOf = ({ repository, kind, path }: LinkFile): string => `${kind} ${repository} ${path}`;
  return [...new Map([...known, ...more].map((link) => [placeOf(link), link])).values()];
}

/** Counts the links that are recorded. */
export const countRemoved = ({ links }: Pick<RemovedLinks, 'links'>): number =>
  [...links.values()].reduce((sum, { length }) => sum + length, 0);

/** What was done with removed links that are needed now. */
interface RestoredLinks {
  /** Number of links that were written. */
  written: number;
  /** The links that were not restored. While there are any, no record may be deleted. */
  failures: Failure[];
  warnings: string[];
}

/** Restores links that were removed, by this run or an earlier one, and that are needed now. A note states how many. */
export async function restoreNeededLinks(
  session: TrashSession,
  { storage, signal, reporter }: Pick<SessionPorts, 'storage' | 'signal' | 'reporter'>,
  usage: ClusterUsage,
): Promise<RestoredLinks> {
  const { links, warnings } = await readRemovedLinks(storage.trash(), signal);
  const needed = neededLinks(links, usage);
  if (needed.length === 0) return { written: 0, failures: [], warnings };
  const writes = await storage.trash().restoreLinks(needed, { mayContinue: session.assertHeld });
  const failures = writes.flatMap((write, at) => {
    const { repository, path } = needed[at]!;
    return write.status === 'failed' ? [{ target: `${repository}@${path}`, message: write.message }] : [];
  });
  const written = writes.filter(({ status }) => status === 'written').length;
  if (written > 0) reporter.note(`restored ${counted(written, 'link')} of images that are listed now`);
  return { written, failures, warnings };
}

/**
 * Deletes records of removed links that are older than what the trash keeps. Called only after all that are needed were
 * restored.
 * @param keepMs age from which they are not kept, in ms: at least a day, as pushes that know the links can continue
 * @param before time of the storage's clock from which they are kept in any case, in ms since the epoch
 */
export async function forgetRemovedLinks(
  session: TrashSession,
  { storage, signal }: Pick<SessionPorts, 'storage' | 'signal'>,
  { keepMs, before }: { keepMs: number; before: number },
): Promise<void> {
  const { files } = await readRemovedLinks(storage.trash(), signal);
  const youngest = Math.min(before, session.now() - Math.max(keepMs, MIN_KEEP_MS));
  const old = files.filter(({ at }) => at < youngest).map(({ path }) => path);
  if (old.length === 0) return;
  await session.assertHeld();
  await storage.trash().deleteFiles(old);
}
