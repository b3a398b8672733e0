import type { StorageSnapshot } from '../../model/registry-storage.js';
import { seenStorage } from '../../orphans/gather/evidence.js';
import { assertOwnStorage, findDoubts } from '../../orphans/plan/own-storage.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';
import type { TrashEntry } from '../../trash-store/model.js';

/**
 * Refuses a storage that is not the cluster's: nothing of its trash would look used. What is in the trash counts as
 * being in the storage.
 * @returns warnings
 * @throws RegadmError OTHER_STORAGE (exit status 4)
 */
export function assertOwnTrash(
  { blobs, repositories }: StorageSnapshot,
  entries: readonly TrashEntry[],
  usage: ClusterUsage,
  acceptPartial: boolean,
): string[] {
  const all = [...blobs, ...entries.map(({ hex }) => hex)];
  return assertOwnStorage(findDoubts(seenStorage({ blobs: all, repositories }, usage), usage, 'safe'), acceptPartial);
}
