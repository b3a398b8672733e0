import type { Amount, StorageSnapshot, StoredSizes } from '../model/registry-storage.js';
import type { Comparison } from '../orphans/gather/evidence.js';
import { sumBlobRemovals } from '../orphans/plan/plan.js';

/** The blobs of a storage by the rules of `prune hard`; together, they are all. */
export interface StoredUsage {
  inUse: Amount;
  /** What `prune hard` deletes with its defaults. */
  orphaned: Amount;
  /** What nothing uses, but is too young to be deleted with the defaults of `prune hard`. */
  young: Amount;
}

/** What `prune hard` keeps by default: what was written less than this ago, in ms. */
export const KEEP_YOUNGER_MS = 3_600_000;

/** Divides the blobs that still exist by what `prune hard` would do with its defaults. */
export function usageOf({ blobs }: StorageSnapshot, sizes: StoredSizes, { evidence, usage }: Comparison): StoredUsage {
  const inUse = { count: 0, bytes: 0 };
  for (const [at, hex] of blobs.entries()) {
    const bytes = sizes.blobs[at]!;
    if (Number.isNaN(bytes) || !usage.inUse.has(hex)) continue;
    inUse.count++;
    inUse.bytes += bytes;
  }
  const orphaned = sumBlobRemovals(evidence, KEEP_YOUNGER_MS);
  const unused = evidence.facts.blobs;
  const young = { count: unused.size - orphaned.count, bytes: -orphaned.bytes };
  for (const { bytes } of unused.values()) young.bytes += bytes;
  return { inUse, orphaned, young };
}

/** Sums the sizes of the blobs that exist. */
export function totalOf(sizes: Float64Array): Amount {
  const all = { count: 0, bytes: 0 };
  for (const bytes of sizes) {
    if (Number.isNaN(bytes)) continue;
    all.count++;
    all.bytes += bytes;
  }
  return all;
}

/** Sums all blobs. */
export function allOf({ inUse, orphaned, young }: StoredUsage): Amount {
  const all = [inUse, orphaned, young];
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
