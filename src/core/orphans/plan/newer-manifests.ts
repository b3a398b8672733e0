import type { CandidateFacts, StorageSnapshot } from '../../model/registry-storage.js';
import type { Doubt } from './own-storage.js';
import type { ClusterUsage } from './usage.js';
import { counted } from '../../model/values/counted.js';

/** Minimum number of unknown manifests, newer than every Image object, that suggest a restored etcd. */
const MIN_NEWER = 10;
/** Their minimum share of all manifests in the storage. */
const MIN_NEWER_SHARE = 0.05;

type Images = Pick<ClusterUsage, 'images' | 'inUse' | 'children' | 'newestImage'>;

/**
 * Finds out whether the cluster has forgotten images: after etcd was restored from a backup, the storage has manifests
 * that were written after the newest Image object was created. A blob counts as a manifest if a manifest link leads to
 * it, so that no blob has to be read.
 * @param facts of all blobs that no Image object uses; `images`: manifests of Image objects that the storage has
 */
export function newerManifests(
  snapshot: StorageSnapshot,
  usage: Images,
  facts: Pick<CandidateFacts, 'blobs'> & { images: ReadonlySet<string> },
): Doubt[] {
  const { newestImage } = usage;
  if (newestImage === undefined) return [];
  const linked = new Set<string>();
  for (const { manifests = [] } of snapshot.repositories) for (const hex of manifests) linked.add(hex);
  const children = new Set<string>();
  for (const digests of usage.children.values()) for (const hex of digests) children.add(hex);
  let manifests = 0;
  let newer = 0;
  let images = 0;
  for (const hex of snapshot.blobs) {
    const isImage = usage.images.has(hex);
    if (isImage && facts.images.has(hex)) images++;
    const isNamed = isImage || usage.inUse.has(hex) || children.has(hex);
    // The directory of a blob can be empty.
    const hasData = isImage ? facts.images.has(hex) : isNamed || facts.blobs.has(hex);
    if (!linked.has(hex) || !hasData) continue;
    manifests++;
    if (!isNamed && (facts.blobs.get(hex)?.writtenAt ?? 0) > newestImage) newer++;
  }
  if (newer < MIN_NEWER || newer < manifests * MIN_NEWER_SHARE) return [];
  return [
    {
      message:
        `${newer} of ${manifests} manifests in this storage are named by no Image object and were written after the newest ` +
        `Image object was created (${new Date(newestImage).toISOString()}), and ${images} of the cluster's ` +
        `${counted(usage.images.size, 'image')} ${images === 1 ? 'is' : 'are'} here: etcd was restored from an older backup, or another cluster uses this storage`,
    },
  ];
}
