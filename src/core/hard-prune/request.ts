import type { MaxDelete } from '../model/values/max-delete.js';
import type { RegistryAccess } from '../operator/open-registry.js';
import type { StorageChoice } from '../storage/location.js';
import type { AgeLimits } from '../orphans/plan/plan.js';
import type { HardPruneRules } from '../orphans/plan/types.js';

/** Runs the registry's own pruner in a registry pod. */
export interface ViaPod {
  via: 'pod';
  /** Name of the pod; undefined: any that is Running and Ready. */
  pod?: string;
}

/** Prunes the storage itself. */
export interface ViaStorage {
  via: 'storage';
  location: StorageChoice;
  ages: AgeLimits;
  danglingLinks: boolean;
  /** Moves blobs to the trash instead of deleting them (`--trash`). */
  trash: boolean;
}

/** Keeps the registry in read-only mode while it deletes. */
export interface Guarded {
  mode: 'guarded';
  /** `auto`: switches the mode and restores it; `required`: refuses unless the registry is already read-only. */
  readOnly: 'auto' | 'required';
  /** Changes the mode of a registry whose storage ends with its pods. */
  acceptDataLoss: boolean;
}

/** Changes nothing in the cluster, and reads only images and image streams; nobody must push during the run. */
export interface Unguarded {
  mode: 'unguarded';
}

/** Deletes nothing at once, so that the registry can stay read-write: marks, waits, and moves to the trash. */
export interface OnlineGuard {
  mode: 'online';
  /** Age of a mark from which its blob is moved to the trash, in ms. */
  graceMs: number;
  /** Age in the trash from which a blob is deleted, in ms. */
  trashKeepMs: number;
  /** Time between the end of the last old registry pod and the last look, in ms. */
  recheckAfterMs: number;
  /** Restarts the registry once, after blobs were marked or moved. */
  restarts: boolean;
  /** Reads only images and image streams, and changes only the storage. */
  onlyStorage: boolean;
  /** Begins again without the marks of earlier runs. */
  discardMarks: boolean;
  /** Restarts a registry whose storage ends with its pods. */
  acceptDataLoss: boolean;
}

/** The arguments of a hard prune. Only the storage can be pruned without the guard. */
export type HardPruneRequest = GuardedRequest | UnguardedRequest | OnlineRequest;
export type GuardedRequest = CommonRequest & { way: ViaPod | ViaStorage; guard: Guarded };
export type UnguardedRequest = CommonRequest & { way: ViaStorage; guard: Unguarded };
export type OnlineRequest = CommonRequest & { way: ViaStorage; guard: OnlineGuard };

export interface CommonRequest {
  rules: HardPruneRules;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial: boolean;
  maxDelete?: MaxDelete;
  /** Timeout of each roll-out, in ms. */
  timeoutMs: number;
  /** Whether to check after the deletion that the listed images are whole: the storage if it is pruned itself. */
  verify?: { registry: RegistryAccess };
  /** The options as they were written, for the report. */
  options: HardPruneOptions;
}

/** The arguments of the restoration after a hard prune that was killed. */
export interface RecoveryRequest {
  /** Timeout of the roll-out, in ms. */
  timeoutMs: number;
  /** Restores the mode of a registry whose storage ends with its pods. */
  acceptDataLoss: boolean;
}

/** The flags that decide what is deleted, and how. */
export interface HardPruneOptions extends OnlineOptions {
  /** `cluster`, a directory, or the URL of an object storage. */
  storage?: string;
  storageEndpoint?: string;
  storageRegion?: string;
  pod?: string;
  rules: 'safe' | 'registry';
  acceptPartialStorage?: boolean;
  acceptDataLoss?: boolean;
  readOnly: 'auto' | 'required' | 'skip';
  maxDelete?: string;
  keepBlobsYoungerThan?: string;
  danglingLinks?: boolean;
  uploadsOlderThan?: string;
  verify?: boolean;
}

/** The flags about the trash and about online hard prunes; those that are not set are absent. */
export interface OnlineOptions {
  trash?: boolean;
  online?: boolean;
  grace?: string;
  trashKeep?: string;
  recheckAfter?: string;
  restart?: boolean;
  discardMarks?: boolean;
}
