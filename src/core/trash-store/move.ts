import type { Move } from '../storage/trash.js';
import type { JournalEntry } from './model.js';
import type { SessionPorts, TrashSession } from './session.js';

/** Result of moving blobs to the trash. */
export interface Moved {
  /** By position. Blobs that were not reached are `skipped`. */
  moves: Move[];
  /** Why the moves stopped before the end. The caller reports it as the end of the run. */
  stopped?: unknown;
}

/**
 * Moves blobs to the trash. Each batch of at most 1,000 is written to the journal first. Blobs that were moved, or that
 * do not exist, lose their marks; the sweep is recorded with the processes that run after its last move.
 * @throws what stops the run before the first move
 */
export function moveToTrash(
  session: TrashSession,
  ports: SessionPorts,
  blobs: readonly JournalEntry[],
): Promise<Moved> {
  return Promise.reject(new Error(`not implemented ${String(session)} ${String(ports)} ${String(blobs)}`));
}
