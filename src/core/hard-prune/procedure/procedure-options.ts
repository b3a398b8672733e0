import type { MaxDelete } from '../../model/max-delete.js';
import type { Pruner } from '../report.js';

/** What the guarded operation is asked to do. */
export interface ProcedureOptions {
  readOnly: 'auto' | 'required';
  /** Prunes the storage itself; without it, the registry's pruner is run in a pod. */
  storage?: Pruner;
  /** The pod to use; any if not given. */
  pod?: string;
  /** Refuses before anything is changed: what can be seen already (an unreadable storage, streams that would be damaged). */
  refuse: () => Promise<void>;
  /** Runs the basic prune, before the mode is changed. */
  pruneImages?: () => Promise<void>;
  maxDelete?: MaxDelete;
  emptyCache?: () => Promise<number>;
  timeoutMs: number;
}
