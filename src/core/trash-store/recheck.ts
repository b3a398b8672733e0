import { finish } from './batch-run.js';
import { afterRecheck } from './conclusive.js';
import type { Look } from './look.js';
import { keyOf, type TrashEntry } from './model.js';
import { isInPlace, isLinked, moveBack, type MovedBack } from './move-back.js';
import type { SessionPorts } from './ports.js';
import type { TrashSession } from './session.js';
import type { TrashState } from './state.js';
import { newestFirst } from './trash-and-place.js';

/** A blob in the trash that is linked or in use. */
interface NeededBlob {
  /** Its newest copy in the trash. */
  entry: TrashEntry;
  /** What uses or links it. */
  reason: string;
}

/** What a recheck found. */
export interface Recheck {
  /** What was done with each blob that is linked or in use. */
  movedBack: readonly (MovedBack & { reason: string })[];
  /**
   * Blobs in the trash, by key, that are linked or in use and not known to be in their place with all their links:
   * never purged.
   */
  needed: ReadonlySet<string>;
  /** Blobs in the trash, by key, that are linked or in use, and in their place, too. */
  duplicates: ReadonlySet<string>;
  /** Blobs that were in the trash when the look began, by key: only these can be purged after this recheck. */
  seen: ReadonlySet<string>;
  /** Why it stopped before the end: nothing can be purged then. */
  stopped?: unknown;
}

/**
 * Moves back what is linked or in use. Records for each sweep whether this recheck was conclusive.
 * @param look one that began after the last move
 * @param lateMs time in which requests of ended processes can still take effect, if not a minute (`--recheck-after`)
 * @throws what stops the run before the first batch; the storage's error
 */
export async function recheck(
  session: TrashSession,
  ports: SessionPorts,
  look: Look,
  lateMs?: number,
): Promise<Recheck> {
  const groups = newestFirst(session.entries.filter((entry) => look.seen.has(keyOf(entry))));
  const { movedBack, stopped } = await moveBackNeeded(session, ports, neededBlobs(groups, look));
  const incomplete = movedBack.filter((moved) => !isInPlace(moved.result) || !isLinked(moved));
  const missing = new Set(incomplete.map(({ entry }) => entry.hex));
  const needed = new Set(session.entries.filter(({ hex }) => missing.has(hex)).map(keyOf));
  const isCopy = ({ result }: MovedBack): boolean => result.status === 'exists';
  const duplicates = new Set(movedBack.filter(isCopy).map(({ entry }) => keyOf(entry)));
  const found = { movedBack, needed, duplicates };
  if (stopped !== undefined) return { ...found, seen: new Set(), stopped };
  const { sweeps } = session.file;
  const { listsLate } = ports.storage.trash();
  for (const [id, sweep] of sweeps) sweeps.set(id, afterRecheck(sweep, look, listsLate, lateMs));
  const failure = await finish(undefined, () => session.save());
  return { ...found, seen: failure === undefined ? look.seen : new Set(), stopped: failure };
}

/** A needed blob with all its copies in the trash, the newest first. */
type Needed = NeededBlob & { copies: readonly TrashEntry[] };

function neededBlobs(groups: ReadonlyMap<string, TrashEntry[]>, look: Look): Needed[] {
  const needed: Needed[] = [];
  for (const [hex, copies] of groups) {
    const reason = look.reason(hex);
    if (reason !== undefined) needed.push({ entry: copies[0]!, reason, copies });
  }
  return needed;
}

/** Moves the newest copy of each blob back; where that fails, an older one. */
async function moveBackNeeded(
  session: TrashSession,
  ports: SessionPorts,
  needed: readonly Needed[],
): Promise<Pick<Recheck, 'movedBack' | 'stopped'>> {
  const done = new Map<string, MovedBack & { reason: string }>();
  for (let [round, left] = [0, needed]; left.length > 0; round++) {
    const entries = left.map(({ copies }) => copies[round]!);
    const { results, stopped } = await moveBack(session, ports, entries);
    for (const [index, { entry, reason }] of left.entries()) done.set(entry.hex, { ...results[index]!, reason });
    if (stopped !== undefined) return { movedBack: [...done.values()], stopped };
    left = left.filter(({ entry, copies }) => !isInPlace(done.get(entry.hex)!.result) && copies.length > round + 1);
  }
  return { movedBack: [...done.values()] };
}

/** What a recheck would find. */
interface RecheckPreview extends Pick<Recheck, 'needed' | 'duplicates' | 'seen'> {
  movedBack: readonly NeededBlob[];
}

/**
 * Returns what a recheck would find and move back.
 * @param stored the blobs in their place, as hex
 */
export function previewRecheck(
  { entries }: Pick<TrashState, 'entries'>,
  look: Look,
  stored: Iterable<string>,
): RecheckPreview {
  const groups = newestFirst(entries.filter((entry) => look.seen.has(keyOf(entry))));
  const inPlace = new Set<string>();
  for (const hex of stored) if (groups.has(hex)) inPlace.add(hex);
  const movedBack: NeededBlob[] = [];
  const duplicates = new Set<string>();
  for (const { entry, reason } of neededBlobs(groups, look))
    if (inPlace.has(entry.hex)) duplicates.add(keyOf(entry));
    else movedBack.push({ entry, reason });
  const needed = new Set(movedBack.map(({ entry }) => keyOf(entry)));
  return { movedBack, needed, duplicates, seen: look.seen };
}
