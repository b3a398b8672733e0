import { forEachParallel } from '../kit/parallel.js';
import { messageOf } from '../model/errors.js';
import type { StorageTrash } from '../storage/trash.js';
import { journalDirectory, parseJournal } from './format/journal-file.js';
import { keyOf, type JournalEntry, type MarkFile, type TrashEntry } from './model.js';

/** Maximum number of files of the journal that are read at the same time. */
const CONCURRENCY = 8;
const DAY_MS = 24 * 60 * 60 * 1000;

interface ReadEntries {
  entries: TrashEntry[];
  warnings: string[];
}

/**
 * Lists the blobs in the trash, with what the journal records of them. What it announces and the trash does not have
 * did not happen, and is ignored.
 * @throws RegadmError STORAGE_UNREADABLE; the storage's error
 */
export async function readEntries(
  trash: StorageTrash,
  sweeps: MarkFile['sweeps'],
  signal?: AbortSignal,
): Promise<ReadEntries> {
  const byDate = new Map<string, Map<string, TrashEntry>>();
  await trash.listBlobs(({ hex, date, bytes }) => {
    const entries = byDate.get(date) ?? new Map<string, TrashEntry>();
    byDate.set(date, entries);
    const copy = copyOf(hex);
    // A journal that cannot be read leaves the latest time at which it can have been moved.
    entries.set(copy, { hex: copy, date, bytes, movedAt: Date.parse(date) + DAY_MS, links: [] });
  }, signal);
  const warnings: string[] = [];
  for (const [date, entries] of byDate) warnings.push(...(await readJournals(trash, date, entries, signal)));
  const all = [...byDate.values()].flatMap((entries) => [...entries.values()]);
  assignSweeps(all, sweeps);
  return { entries: all, warnings };
}

/** Adds to the entries of one day what its journal records. The latest file that names a blob counts. */
async function readJournals(
  trash: StorageTrash,
  date: string,
  entries: ReadonlyMap<string, TrashEntry>,
  signal?: AbortSignal,
): Promise<string[]> {
  const paths = (await trash.listFiles(journalDirectory(date), signal)).filter((path) => path.endsWith('.json.gz'));
  const warnings: string[] = [];
  const latest = new Map<TrashEntry, string>();
  await forEachParallel(paths, { concurrency: CONCURRENCY }, async (path) => {
    signal?.throwIfAborted();
    const file = await trash.readFile(path, signal);
    if (!file) return;
    try {
      const { at, entries: named } = await parseJournal(file.content);
      for (const record of named) add(record, at, path);
    } catch (error) {
      warnings.push(
        `regadm/${path} in this storage cannot be used: ${messageOf(error)}; blobs that only it names can be restored, but without their links`,
      );
    }
  });
  return warnings.sort();

  function add({ hex, bytes, links }: JournalEntry, at: number, path: string): void {
    const entry = entries.get(hex);
    if (!entry || (latest.get(entry) ?? '') > path) return;
    latest.set(entry, path);
    Object.assign(entry, { movedAt: at, links, ...(Number.isNaN(entry.bytes) ? { bytes } : {}) });
  }
}

/** Names the sweep of each entry that is recorded. */
function assignSweeps(entries: readonly TrashEntry[], sweeps: MarkFile['sweeps']): void {
  const idOf = new Map<string, string>();
  for (const [id, { blobs }] of sweeps) for (const key of blobs) idOf.set(key, id);
  for (const entry of entries) entry.sweep = idOf.get(keyOf(entry));
}

/** Copies digits that can be part of a large text, so that it is not kept in memory. */
const copyOf = (hex: string): string => Buffer.from(hex, 'latin1').toString('latin1');
