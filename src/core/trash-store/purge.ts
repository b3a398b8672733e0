import type { Deletion } from '../storage/storage.js';
import { finish, runBatches } from './batch-run.js';
import { journalDirectory } from './format/journal-file.js';
import { removeEntries } from './membership.js';
import { keyOf, type MarkFile, type TrashEntry } from './model.js';
import type { SessionPorts } from './ports.js';
import type { Recheck } from './recheck.js';
import type { TrashSession } from './session.js';
import type { TrashState } from './state.js';

/** What can be deleted from the trash, and why the rest is kept. */
export interface PurgeChoice {
  purgeable: TrashEntry[];
  kept: { entry: TrashEntry; because: string }[];
}

interface PurgeOptions extends Partial<Pick<Recheck, 'needed' | 'seen' | 'duplicates'>> {
  /** Blobs that were moved less than this ago are kept, in ms. */
  keepMs: number;
}

/**
 * Chooses the blobs in the trash that can be deleted: older than a time, and past a conclusive recheck.
 * @param options `needed`, `duplicates` and `seen`: what the recheck before found; undefined: nothing is deleted now
 */
export function choosePurgeable(
  { file, entries, now }: Pick<TrashState, 'file' | 'entries' | 'now'>,
  { keepMs, needed, seen, duplicates }: PurgeOptions,
): PurgeChoice {
  const choice: PurgeChoice = { purgeable: [], kept: [] };
  const youngest = now() - keepMs;
  const reasonFor = (entry: TrashEntry): string | undefined => {
    if (needed?.has(keyOf(entry))) return 'it is needed, and could not be moved back with all its links';
    if (seen && !seen.has(keyOf(entry))) return 'it was not rechecked';
    if (entry.movedAt > youngest) return 'it has not been in the trash for long enough';
    // Of a killed run on object storage: the original was not deleted then, and is not about to be deleted now.
    const isCopy = duplicates?.has(keyOf(entry)) && entry.movedAt <= now() - COPY_AGE_MS;
    return isCopy ? undefined : reasonOfSweep(entry, file);
  };
  for (const entry of entries) {
    const because = reasonFor(entry);
    if (because === undefined) choice.purgeable.push(entry);
    else choice.kept.push({ entry, because });
  }
  return choice;
}

/** Age from which a copy in the trash is no longer one whose original can be about to be deleted, in ms. */
const COPY_AGE_MS = 60 * 60 * 1000;

function reasonOfSweep({ sweep: id }: TrashEntry, { sweeps }: MarkFile): string | undefined {
  const sweep = id === undefined ? undefined : sweeps.get(id);
  if (!sweep) return 'no run has recorded since when it is only in the trash';
  if (sweep.conclusiveAt !== undefined) return undefined;
  if (sweep.recheckedAt !== undefined) return 'a second recheck, at least one hour after the first, must confirm it';
  if (sweep.endedAt !== undefined) return 'a recheck a minute after the restart of the registry must confirm it';
  return 'a recheck after the next restart of the registry must confirm it';
}

export interface Purged {
  /** By position. Blobs that were not reached are `skipped`. */
  deletions: Deletion[];
  /** Why it stopped before the end. The caller reports it as the end of the run. */
  stopped?: unknown;
}

/**
 * Deletes blobs in the trash, directly after a recheck, and the journals of days of which the trash has nothing left.
 * @param entries as `choosePurgeable` has chosen them
 * @throws what stops the run before the first batch
 */
export async function purge(
  session: TrashSession,
  ports: SessionPorts,
  entries: readonly TrashEntry[],
): Promise<Purged> {
  if (entries.length === 0) return { deletions: [] };
  const trash = ports.storage.trash();
  const { results, stopped } = await runBatches(session, {
    items: entries,
    async run(batch, mayContinue) {
      const deletions = await trash.deleteBlobs(batch, {
        mayContinue,
        onProgress: (count) => ports.reporter.tick(count),
      });
      const isGone = ({ status }: Deletion): boolean => status === 'deleted' || status === 'gone';
      removeEntries(
        session,
        batch.filter((_, index) => isGone(deletions[index]!)),
      );
      return deletions;
    },
  });
  const end = async (): Promise<void> => {
    await session.save();
    if (stopped === undefined) await deleteJournals(session, ports, new Set(entries.map(({ date }) => date)));
  };
  return { deletions: results, stopped: await finish(stopped, end) };
}

/** Deletes the journals of days of which the trash has nothing left. */
async function deleteJournals(session: TrashSession, ports: SessionPorts, dates: ReadonlySet<string>): Promise<void> {
  const left = new Set(session.entries.map(({ date }) => date));
  const trash = ports.storage.trash();
  for (const date of dates) {
    if (left.has(date)) continue;
    const files = await trash.listFiles(journalDirectory(date), ports.signal);
    await session.assertHeld();
    await trash.deleteFiles(files);
  }
}
