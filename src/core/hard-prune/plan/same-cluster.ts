import { refusal, type RegadmError } from '../../model/errors.js';
import type { StorageSnapshot } from '../../model/registry-storage.js';
import type { HardPruneRules } from './types.js';
import type { ClusterUsage } from './usage.js';

/**
 * Refuses a storage that contains none of the cluster's images: it belongs to another cluster, and everything in it
 * would look unused. With `--rules safe`, also refuses repositories when the cluster has no image streams at all: every
 * one of them would be deleted.
 * @throws RegadmError OTHER_STORAGE, exit status 4
 */
export function assertSameCluster(
  { blobs, repositories }: StorageSnapshot,
  { images, streams }: Pick<ClusterUsage, 'images' | 'streams'>,
  rules: HardPruneRules,
): void {
  if (blobs.length === 0 && repositories.length === 0) return;
  if (rules === 'safe' && streams.size === 0 && repositories.length > 0) throw noStreams(repositories.length);
  if (blobs.some((hex) => images.has(hex))) return;
  throw refusal(
    'OTHER_STORAGE',
    `none of the cluster's ${images.size} images is in this storage: it belongs to another cluster`,
    ['check --storage and the cluster that regadm connects to (--context, --kubeconfig); nothing was changed'],
  );
}

function noStreams(repositories: number): RegadmError {
  return refusal(
    'OTHER_STORAGE',
    `the cluster has no image streams: every repository in this storage would be deleted (${repositories})`,
    [
      'find out why no image streams are listed: oc get imagestreams -A; nothing was changed',
      "if the cluster really has none, pass --rules=registry, which deletes what the registry's own pruner would delete",
    ],
  );
}
