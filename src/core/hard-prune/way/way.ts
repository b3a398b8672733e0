import type { Permission } from '../../cluster/access-review.js';
import type { Digest } from '../../model/digest.js';
import type { StoragePlace } from '../../model/registry-storage.js';
import type { Lease } from '../../operator/lease/lease.js';
import type { Collector } from '../../orphans/gather/collectors.js';
import type { HardPrunePlan } from '../../orphans/plan/types.js';
import type { CheckStep } from '../preflight.js';
import type { Deletions, Findings } from '../report.js';

/** Finds and deletes unused data: in a pod, or on the storage itself. */
export interface Pruner {
  /** Finds what nothing uses, and changes nothing. */
  find(signal: AbortSignal): Promise<Findings>;
  /** @param mayContinue awaited before deletions; throws if deleting is no longer safe */
  delete(plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions>;
  /** True while a process that `find` or `delete` started can still be deleting in a pod. */
  readonly mayStillRun: boolean;
  /** True once `delete` may have deleted something, whether or not it has returned a result. */
  readonly mayHaveDeleted: boolean;
  /**
   * Reads a manifest from the storage; absent if the pruner cannot.
   * @returns undefined if the storage does not have it
   * @throws Error that states why it cannot be read
   */
  readManifest?(digest: Digest): Promise<string | undefined>;
  /**
   * Collects the Image objects that were created or changed since `find`, and perhaps earlier ones; absent if the
   * pruner does not follow them.
   * @param known the images that the run knows, as hex
   * @throws ApiError or RegadmError if they cannot be read, or the list is not plausible
   */
  collectImages?<T extends Collector>(create: () => T, known: ReadonlySet<string>, signal: AbortSignal): Promise<T>;
}

/** One of the two ways to prune the storage, with its permissions and checks for the guarded procedure. */
export interface Way {
  readonly permissions: {
    /** Required to find unused data. */
    find: Permission[];
    /** Additionally required to delete it. */
    delete: Permission[];
  };
  readonly checks: {
    /** Run before unused data is searched. */
    find: CheckStep[];
    /** Run before the registry is locked: everything that would stop the run later and can be detected now. */
    delete: CheckStep[];
  };
  /** Which storage it is, if the settings of the registry state it. */
  readonly place?: StoragePlace;
  /** Finds unused data for a dry run. */
  preview(): Promise<Findings>;
  /**
   * Finds unused data while the registry can still be written, so that `find` of the opened pruner only has to look
   * again at what this has found. Not called while the pruner has no role.
   */
  scan(): Promise<Findings>;
  /** Returns the service account that needs the pruner role while the pruner runs; undefined if none does. */
  accountWithoutRole(): Promise<string | undefined>;
  /** Opens the pruner after the registry was locked and is read-only. */
  open(lease: Lease): Promise<Pruner>;
  /** Closes the connections to the storage. */
  close(): Promise<void>;
}
