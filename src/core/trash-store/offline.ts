import type { Storage } from '../storage/storage.js';
import type { LinkFile, TrashedBlob } from '../storage/trash.js';
import { readEntries } from './entries.js';
import { inUse, isHeld, LEASE_FILE, parseLease } from './lease-file.js';
import { AS_RECORDED, readMarks } from './marks.js';
import { readBlobAnywhere } from './trash-and-place.js';
import { readRemovedOthers } from './walk.js';

/**
 * Refuses to continue while another run changes the trash. Where there never was a trash, that is one request.
 * @throws RegadmError TRASH_IN_USE (exit status 4)
 */
export async function assertTrashUnused(storage: Pick<Storage, 'trash'>, signal?: AbortSignal): Promise<void> {
  const trash = storage.trash();
  const file = await trash.readFile(LEASE_FILE, signal);
  const record = file && parseLease(file.content);
  if (record && isHeld(record, await trash.now(signal))) throw inUse(record);
}

/**
 * Returns a reader of blobs that also finds those in the trash. Where there is no trash, that is one request.
 * @throws RegadmError STORAGE_UNREADABLE
 */
export async function readerWithTrash(
  storage: Pick<Storage, 'readBlob' | 'trash'>,
  signal?: AbortSignal,
): Promise<Pick<Storage, 'readBlob'>> {
  const entries: TrashedBlob[] = [];
  await storage.trash().listBlobs(({ hex, date }) => void entries.push({ hex, date }), signal);
  return entries.length === 0 ? storage : readBlobAnywhere(storage, entries);
}

/**
 * Reads the links that runs have removed, and whose names are not the digests that they contain: nothing else states
 * which blob such a name means.
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4), STORAGE_UNREADABLE
 */
export async function findRemovedOthers(storage: Pick<Storage, 'trash'>, signal?: AbortSignal): Promise<LinkFile[]> {
  const trash = storage.trash();
  const { file } = await readMarks(trash, AS_RECORDED, signal);
  const { entries } = await readEntries(trash, file.sweeps, signal);
  return readRemovedOthers(trash, { file, entries }, signal);
}
