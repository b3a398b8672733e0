import type { StorageSnapshot } from '../../model/registry-storage.js';
import { findImages, seenStorage } from '../../orphans/gather/evidence.js';
import { assertOwnStorage, findDoubts } from '../../orphans/plan/own-storage.js';
import type { Look } from '../../trash-store/look.js';
import type { TrashPorts } from '../../trash-store/ports.js';
import type { TrashState } from '../../trash-store/state.js';

/**
 * Refuses a storage that is not the cluster's: nothing of its trash would look used. What is in the trash counts as
 * being in the storage.
 * @returns warnings
 * @throws RegadmError OTHER_STORAGE (exit status 4)
 */
export async function assertOwnTrash(
  { storage, signal }: Pick<TrashPorts, 'storage' | 'signal'>,
  { snapshot, entries, usage }: { snapshot: StorageSnapshot } & Pick<TrashState, 'entries'> & Pick<Look, 'usage'>,
  acceptPartial: boolean,
): Promise<string[]> {
  const trashed = entries.map(({ hex }) => hex);
  const images = new Set(await findImages(storage, snapshot, usage, signal));
  for (const hex of trashed) if (usage.images.has(hex)) images.add(hex);
  const all = { ...snapshot, blobs: [...snapshot.blobs, ...trashed] };
  return assertOwnStorage(findDoubts(seenStorage(all, images, usage), usage, 'safe'), acceptPartial);
}
