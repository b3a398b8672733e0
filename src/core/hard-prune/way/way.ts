import type { Permission } from '../../cluster/access-review.js';
import type { Lease } from '../../operator/lease/lease.js';
import type { HardPrunePlan } from '../plan/types.js';
import type { CheckStep } from '../preflight.js';
import type { Deletions, Findings } from '../report.js';

/** Finds and deletes unused data: in a pod, or on the storage itself. */
export interface Pruner {
  /** Finds what nothing uses, and changes nothing. */
  find(signal: AbortSignal): Promise<Findings>;
  /** @param mayContinue awaited before deletions; throws when deleting is no longer safe */
  delete(plan: HardPrunePlan, mayContinue: () => Promise<void>, signal: AbortSignal): Promise<Deletions>;
  /** True while a process that `find` or `delete` started may still be deleting in a pod. */
  readonly mayStillRun: boolean;
}

/** One of the two ways to the registry's storage, with what the guarded procedure must know about it. */
export interface Way {
  readonly permissions: {
    /** To find unused data. */
    find: Permission[];
    /** To delete it, besides. */
    delete: Permission[];
  };
  readonly checks: {
    /** Before unused data is searched for. */
    find: CheckStep[];
    /** Before the registry is locked: everything that would stop the run later and can be seen now. */
    delete: CheckStep[];
  };
  /** Finds what nothing uses, for a dry run. */
  preview(): Promise<Findings>;
  /** The service account that must be granted the pruner role while the pruner runs; undefined when none must. */
  accountWithoutRole(): Promise<string | undefined>;
  /** Opens the pruner, once the registry is locked and read-only. */
  open(lease: Lease): Promise<Pruner>;
}
