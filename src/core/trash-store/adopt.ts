import { keyOf, type MarkFile, type RegistryProcesses, type TrashEntry } from './model.js';

/**
 * Brings sweeps and trash together, before a run changes anything. Forgets the blobs of sweeps that are no longer in
 * the trash. Blobs that no sweep has, such as those of a killed run, become a sweep with the processes that run now: a
 * process that ran when they moved, and still runs, is among them. Their marks are void, because they have moved.
 * @param processes read after the trash was listed; undefined if they cannot be read
 * @param id for the new sweep
 * @returns true if anything was changed
 */
export function adopt(
  { file, entries }: { file: MarkFile; entries: readonly TrashEntry[] },
  processes: RegistryProcesses | undefined,
  id: string,
): boolean {
  const forgotten = forgetAbsent(file, entries);
  const recorded = processes ? recordProcesses(file, processes) : false;
  const found = entries.filter(({ sweep }) => sweep === undefined);
  if (found.length === 0) return forgotten || recorded;
  file.sweeps.set(id, {
    blobs: new Set(found.map(keyOf)),
    ...proofOf(processes),
  });
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
