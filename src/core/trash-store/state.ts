import type { Holder } from '../kit/holder.js';
import type { StorageTrash } from '../storage/trash.js';
import { readEntries } from './entries.js';
import { LEASE_FILE, isHeld, parseLease } from './lease-file.js';
import { ignoredMarks, readMarks, type MarkOptions } from './marks.js';
import type { MarkFile, TrashEntry } from './model.js';
import type { TrashPorts } from './ports.js';

/** What regadm has recorded in a storage, and what is in its trash. */
export interface TrashState {
  readonly file: MarkFile;
  /** All blobs in the trash. The same blob can be there under several dates. */
  readonly entries: readonly TrashEntry[];
  /** Another run that is under way. */
  readonly holder?: Holder;
  /** About what could not be read, such as a damaged file of the journal. */
  readonly warnings: readonly string[];
  /** Returns the time of the storage's clock, in ms since the epoch, without asking the storage again. */
  now(): number;
}

/**
 * Reads marks, trash and journal without the lease. Writes nothing.
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4), STORAGE_UNREADABLE
 */
export async function readTrashState(
  { storage, signal }: Pick<TrashPorts, 'storage' | 'signal'>,
  options: MarkOptions,
): Promise<TrashState> {
  const trash = storage.trash();
  const readAt = performance.now();
  const now = await trash.estimateNow(signal);
  const holder = await findHolder(trash, now, signal);
  const marks = await readMarks(trash, options, signal);
  const { file } = marks;
  const { entries, warnings } = await readEntries(trash, file.sweeps, signal);
  return {
    file,
    entries,
    holder,
    warnings: [...(await trash.warnings(signal)), ...ignoredMarks(marks), ...warnings],
    now: () => Math.round(now + performance.now() - readAt),
  };
}

/** Finds the run that has the lease. @throws RegadmError TRASH_IN_USE if that cannot be read */
async function findHolder(trash: StorageTrash, now: number, signal: AbortSignal): Promise<Holder | undefined> {
  const file = await trash.readFile(LEASE_FILE, signal);
  const record = file && parseLease(file.content);
  return record && isHeld(record, now) ? record.holder : undefined;
}
