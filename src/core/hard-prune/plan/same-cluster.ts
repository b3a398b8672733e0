import { refusal } from '../../model/errors.js';
import type { StorageSnapshot } from '../../model/registry-storage.js';
import type { ClusterUsage } from './usage.js';

/**
 * Refuses a storage that contains none of the cluster's images: it belongs to another cluster, and everything in it
 * would look unused.
 * @throws RegadmError OTHER_STORAGE, exit status 4
 */
export function assertSameCluster({ blobs, repositories }: StorageSnapshot, { images }: ClusterUsage): void {
  if (blobs.length === 0 && repositories.length === 0) return;
  if (blobs.some((hex) => images.has(hex))) return;
  throw refusal(
    'OTHER_STORAGE',
    `none of the cluster's ${images.size} images is in this storage: it belongs to another cluster`,
    ['check --storage and the cluster that regadm connects to (--context, --kubeconfig); nothing was changed'],
  );
}
