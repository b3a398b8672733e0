import type { TrashPorts } from './ports.js';
import type { StateOptions, TrashState } from './state.js';

/** The state of a trash that this run alone changes. */
export interface TrashSession extends TrashState {
  /**
   * Makes sure that this run still has the lease. Awaited before each batch, and before each request that changes
   * something: a process that slept stops.
   * @throws RegadmError TRASH_LEASE_LOST; the reason of the signal
   */
  assertHeld(): Promise<void>;
  /**
   * Writes the mark file, unless somebody else has written it.
   * @throws RegadmError TRASH_LEASE_LOST; the storage's error
   */
  save(): Promise<void>;
}

/**
 * Takes the lease, reads the state, and runs an action. Blobs in the trash that no sweep has recorded get a sweep with
 * the processes that run now.
 * @throws RegadmError TRASH_IN_USE, MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE (exit status 4), STORAGE_UNREADABLE
 */
export function withTrashSession<T>(
  ports: SessionPorts,
  options: StateOptions,
  action: (session: TrashSession) => Promise<T>,
): Promise<T> {
  return Promise.reject(new Error(`not implemented ${String(ports)} ${String(options)} ${String(action)}`));
}

/** What a session needs: no cluster, so that a restore works without it; its processes are then undefined. */
export type SessionPorts = Pick<TrashPorts, 'storage' | 'reporter' | 'signal' | 'processes'>;
