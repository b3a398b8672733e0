import type { LinkWrite } from '../storage/storage.js';
import type { MoveBack } from '../storage/trash.js';
import type { TrashEntry } from './model.js';
import type { SessionPorts, TrashSession } from './session.js';

/** Result of moving one blob back to its place. */
export interface MovedBack {
  entry: TrashEntry;
  /** `exists`: the blob is in its place, with the same size; the trash keeps its copy. */
  result: MoveBack;
  /** Results of restoring its links, by position. */
  links: LinkWrite[];
}

/**
 * Moves blobs from the trash back to their place, after their recorded links were restored: a run that is killed in
 * between leaves links, which the next recheck sees. Blobs that are in their place lose their marks.
 * @returns by position; those that were not reached are `skipped`
 */
export function moveBack(
  session: TrashSession,
  ports: SessionPorts,
  entries: readonly TrashEntry[],
): Promise<MovedBack[]> {
  return Promise.reject(new Error(`not implemented ${String(session)} ${String(ports)} ${String(entries)}`));
}
