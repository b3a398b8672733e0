import type { Deletion } from '../storage/storage.js';
import type { TrashEntry } from './model.js';
import type { Recheck } from './recheck.js';
import type { SessionPorts, TrashSession } from './session.js';
import type { TrashState } from './state.js';

export interface PurgeChoice {
  purgeable: TrashEntry[];
  kept: { entry: TrashEntry; because: string }[];
}

/**
 * Chooses the blobs in the trash that can be deleted: older than a time, and past a conclusive recheck.
 * @param options `keepMs`: those moved less than this ago are kept; `needed` and `seen`: what the recheck before found,
 *   or would find; undefined: no recheck is made, such as for a list
 */
export function choosePurgeable(
  state: Pick<TrashState, 'file' | 'entries' | 'now'>,
  options: { keepMs: number } & Partial<Pick<Recheck, 'needed' | 'seen'>>,
): PurgeChoice {
  throw new Error(`not implemented ${String(state)} ${String(options)}`);
}

export interface Purged {
  /** By position. Blobs that were not reached are `skipped`. */
  deletions: Deletion[];
  /** Why it stopped before the end. */
  stopped?: unknown;
}

/**
 * Deletes blobs in the trash, directly after a recheck, and the journals of days of which the trash has nothing left.
 * @param entries as `choosePurgeable` has chosen them
 * @throws what stops the run before the first deletion
 */
export function purge(session: TrashSession, ports: SessionPorts, entries: readonly TrashEntry[]): Promise<Purged> {
  return Promise.reject(new Error(`not implemented ${String(session)} ${String(ports)} ${String(entries)}`));
}
