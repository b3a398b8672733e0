import { sha256Hex, type Digest } from '../../model/digest.js';
import type { Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import type { DeletionRun, Storage } from '../../storage/storage.js';
import { readYoungManifests } from '../../orphans/gather/young-manifests.js';
import type { HardPrunePlan } from '../../orphans/plan/types.js';

/** Blobs that are kept because a push began to use them after the plan was made. */
export interface YoungLinks {
  /** Why a blob is kept; undefined if it is not. */
  reasonFor(digest: Digest): string | undefined;
  failures: Failure[];
}

/**
 * Looks again for recently written links to the blobs of a plan, and for blobs that recently linked manifests name. If
 * any of it cannot be read, every blob is kept.
 */
export async function findYoungLinks(
  storage: Pick<Storage, 'findLinkedSince' | 'readBlob'>,
  blobs: HardPrunePlan['blobs'],
  { keepWrittenSince: since }: Pick<DeletionRun, 'keepWrittenSince'>,
): Promise<YoungLinks> {
  if (since === undefined || blobs.length === 0) return { reasonFor: () => undefined, failures: [] };
  const digests = blobs.map(({ digest }) => digest);
  try {
    const linked = await storage.findLinkedSince(digests, since);
    const named = await readYoungManifests(storage, linked.manifests);
    const isYoung = (digest: Digest): boolean => linked.blobs.has(digest) || named.has(sha256Hex(digest) ?? '');
    return {
      reasonFor: (digest) =>
        isYoung(digest) ? 'a link to it, or a manifest that names it, was written during the run' : undefined,
      failures: [],
    };
  } catch (error) {
    return {
      reasonFor: () => 'the links to it could not be read again',
      failures: [{ target: 'repositories', message: `${messageOf(error)}; the blobs were kept` }],
    };
  }
}
