import { noteEnded } from './conclusive.js';
import { keyOf, type MarkFile, type RegistryProcesses, type TrashEntry } from './model.js';
import { newId } from './new-id.js';

/** What a run finds when it begins. */
interface Found {
  /** Read after the trash was listed, and after the blobs were looked up; undefined if they cannot be read. */
  processes: RegistryProcesses | undefined;
  /** Blobs that are in the trash without a record, and in their place, too, as hex. */
  inPlace: ReadonlySet<string>;
  /** The storage's clock. */
  now: number;
}

/**
 * Brings sweeps and trash together, before a run changes anything. Forgets the blobs of sweeps that are no longer in
 * the trash. Blobs that no sweep has, such as those of a killed run, become a sweep with the processes that run now: a
 * process that ran when they moved, and still runs, is among them. Their marks are void, because they have moved.
 *
 * A blob that is in its place, too, is left without a record: it can be a copy whose original is about to be deleted,
 * and processes that start until then know the original.
 * @returns true if anything was changed
 */
export function adopt(
  { file, entries }: { file: MarkFile; entries: readonly TrashEntry[] },
  { processes, inPlace, now }: Found,
): boolean {
  const forgotten = forgetAbsent(file, entries);
  const recorded = processes ? recordProcesses(file, processes) : false;
  const ended = processes ? noteEnded(file, processes, now) : false;
  const found = entries.filter(({ sweep, hex }) => sweep === undefined && !inPlace.has(hex));
  if (found.length === 0) return forgotten || recorded || ended;
  const id = newId();
  file.sweeps.set(id, { blobs: new Set(found.map(keyOf)), ...proofOf(processes) });
  for (const entry of found) {
    entry.sweep = id;
    file.marks.delete(entry.hex);
  }
  return true;
}

/** Returns what a sweep records of the processes that run after its last move. */
export function proofOf(processes: RegistryProcesses | undefined): { processes?: string[]; isCacheEmpty: boolean } {
  return processes ? { processes: [...processes.ids], isCacheEmpty: !processes.usesRedis } : { isCacheEmpty: false };
}

function forgetAbsent({ sweeps }: MarkFile, entries: readonly TrashEntry[]): boolean {
  const present = new Set(entries.map(keyOf));
  let isChanged = false;
  for (const [id, { blobs }] of sweeps) {
    for (const key of blobs) {
      if (present.has(key)) continue;
      blobs.delete(key);
      isChanged = true;
    }
    if (blobs.size === 0) isChanged = sweeps.delete(id);
  }
  return isChanged;
}

/** Records processes for sweeps that have none, because they could not be read then. */
function recordProcesses({ sweeps }: MarkFile, processes: RegistryProcesses): boolean {
  let isChanged = false;
  for (const [id, sweep] of sweeps) {
    if (sweep.processes || sweep.conclusiveAt !== undefined) continue;
    sweeps.set(id, { blobs: sweep.blobs, ...proofOf(processes) });
    isChanged = true;
  }
  return isChanged;
}
