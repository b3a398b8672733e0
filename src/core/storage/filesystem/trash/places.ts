import { deleteIfEmpty } from '../delete-files.js';
import { blobDirectory, isDay, namesBelow } from '../../layout.js';
import type { TrashedBlob } from '../../trash.js';
import { ifExists, OWN } from './own-directory.js';

/** Directory that contains one for each day. */
export const TRASH = [OWN, 'trash'] as const;

/** Returns the directory that contains a day's prefixes of blobs. */
export function prefixesOf(date: string): string[] {
  if (!isDay(date)) throw new Error(`${JSON.stringify(date.slice(0, 100))} is not a date`);
  return [...TRASH, date, 'blobs', 'sha256'];
}

/** Returns the directory of a blob in the trash, below the one that contains `docker`. */
export function placeInTrash({ date, hex }: TrashedBlob): string[] {
  return [...prefixesOf(date), ...namesBelow('', blobDirectory('', hex)).slice(2)];
}

/** Deletes what is empty of the directories that contained blobs, up to their days. */
export async function deleteEmptied(base: string, blobs: readonly TrashedBlob[]): Promise<void> {
  const prefixes = new Set(blobs.map(({ date, hex }) => `${date}/${hex.slice(0, 2)}`));
  for (const [date, prefix] of [...prefixes].map((place) => place.split('/')))
    await deleteEmptyDirectories(base, [...prefixesOf(date!), prefix!], TRASH.length);
}

/** Deletes a directory and those above it while they are empty. Keeps the first ones, as many as `kept`. */
export async function deleteEmptyDirectories(base: string, names: readonly string[], kept: number): Promise<void> {
  for (let depth = names.length; depth > kept; depth--)
    await ifExists(base, names.slice(0, depth - 1), (path) => deleteIfEmpty(`${path}/${names[depth - 1]!}`));
}
