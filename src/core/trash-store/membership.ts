import { keyOf, type MarkFile, type TrashEntry } from './model.js';

/** The parts of a session that change when blobs come into the trash or leave it. */
interface Members {
  readonly file: MarkFile;
  entries: readonly TrashEntry[];
}

/** Adds blobs that were moved to the trash. Their marks are void. */
export function addEntries(members: Members, moved: readonly TrashEntry[]): void {
  const keys = new Set(moved.map(keyOf));
  members.entries = [...members.entries.filter((entry) => !keys.has(keyOf(entry))), ...moved];
  for (const { hex } of moved) members.file.marks.delete(hex);
}

/** Removes blobs that have left the trash, and sweeps of which nothing is left. */
export function removeEntries(members: Members, left: readonly TrashEntry[]): void {
  const keys = new Set(left.map(keyOf));
  members.entries = members.entries.filter((entry) => !keys.has(keyOf(entry)));
  for (const [id, { blobs }] of members.file.sweeps) {
    for (const key of keys) blobs.delete(key);
    if (blobs.size === 0) members.file.sweeps.delete(id);
  }
}
