import type { Look } from './look.js';
import type { TrashEntry } from './model.js';
import type { MovedBack } from './move-back.js';
import type { SessionPorts, TrashSession } from './session.js';
import type { TrashState } from './state.js';

/** What a recheck found. */
export interface Recheck {
  /** Blobs that are linked or in use, with what was done; each blob once, under its newest date. */
  movedBack: readonly (MovedBack & { reason: string })[];
  /** Blobs in the trash, by key, that are linked or in use and not known to be in their place: never purged. */
  needed: ReadonlySet<string>;
  /** Blobs that were in the trash when the look began, by key: only these can be purged after this recheck. */
  seen: ReadonlySet<string>;
}

/**
 * Moves back what is linked or in use. Records for each sweep whether this recheck was conclusive.
 * @param look one that began after the last move
 */
export function recheck(session: TrashSession, ports: SessionPorts, look: Look): Promise<Recheck> {
  return Promise.reject(new Error(`not implemented ${String(session)} ${String(ports)} ${String(look)}`));
}

/** Returns the blobs that a recheck would move back. */
export function previewRecheck(state: TrashState, look: Look): { entry: TrashEntry; reason: string }[] {
  throw new Error(`not implemented ${String(state)} ${String(look)}`);
}
