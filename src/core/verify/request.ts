import type { DataSubset } from '../model/data-subset.js';
import type { RegistryAccess } from '../operator/open-registry.js';
import type { StorageChoice } from '../storage/location.js';
import type { Scope } from '../verification/plan/scope.js';
import type { Shard } from './merge/types.js';

/** What `regadm registry verify` is asked to verify: the registry's storage, or what the registry serves. */
export type VerifyRequest = {
  /** Empty: everything. */
  scopes: Scope[];
  /** Present if data is read: everything, or a subset. */
  readData?: { subset?: DataSubset };
  /** The arguments and flags, as the document shows them. */
  options: VerifyOptions;
} & (ByStorage | ByRegistry);

/** Only the storage can be changed. */
interface ByStorage extends StorageChanges {
  storage: StorageChoice;
}

/** What a verification does besides. */
export interface StorageChanges {
  /** Whether missing links are found, or written; undefined: neither. */
  repairLinks?: 'plan' | 'write';
  /** Whether lost images are found, or recovered; undefined: neither. */
  recoverImages?: 'plan' | 'write';
}

interface ByRegistry {
  registry: RegistryAccess;
}

/** Returns the shard whose data is read; undefined if it is not one of several. */
export function shardOf({ readData }: VerifyRequest): Shard | undefined {
  const subset = readData?.subset;
  return subset && 'of' in subset ? subset : undefined;
}

/** The arguments and flags of `registry verify`. */
export interface VerifyOptions {
  /** The arguments; absent if everything is verified. */
  only?: string[];
  from?: string;
  storage?: string;
  readData?: boolean;
  readDataSubset?: string;
  repairLinks?: boolean;
  recoverImages?: boolean;
  confirm?: boolean;
}
