import { keyOf, type MarkFile, type TrashEntry } from './model.js';

/** The parts of a session that change when blobs come into the trash or leave it. */
interface Members {
  readonly file: MarkFile;
  entries: readonly TrashEntry[];
}

/** Adds blobs that were moved to the trash. Their marks are void. */
export function addEntries(members: Members, moved: readonly TrashEntry[]): void {
  const { without } = among(moved);
  members.entries = [...without(members.entries), ...moved];
  for (const { hex } of moved) members.file.marks.delete(hex);
}

/** Removes blobs that have left the trash, and sweeps of which nothing is left. */
export function removeEntries(members: Members, left: readonly TrashEntry[]): void {
  const { keys, without } = among(left);
  members.entries = without(members.entries);
  for (const [id, { blobs }] of members.file.sweeps) {
    for (const key of keys) blobs.delete(key);
    if (blobs.size === 0) members.file.sweeps.delete(id);
  }
}

/**
 * Removes blobs from a list. Each batch goes through all blobs of the trash, so it makes keys only for those whose
 * digest it knows.
 */
function among(some: readonly TrashEntry[]): {
  keys: ReadonlySet<string>;
  without: (entries: readonly TrashEntry[]) => TrashEntry[];
} {
  const hexes = new Set(some.map(({ hex }) => hex));
  const keys = new Set(some.map(keyOf));
  return { keys, without: (entries) => entries.filter((entry) => !hexes.has(entry.hex) || !keys.has(keyOf(entry))) };
}
