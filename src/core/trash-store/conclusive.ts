import type { MarkFile, RegistryProcesses, Sweep } from './model.js';

/** Time in which a request of an ended process, or one without a response, can still take effect, in ms. */
export const LATE_EFFECT_MS = 60_000;
/** What a recheck knows of its look at links, images and processes. */
interface LookTimes {
  /** Before the walk, by the storage's clock, in ms since the epoch. */
  readonly startedAt: number;
  /** Before the walk; undefined if they could not be read. */
  readonly processes: RegistryProcesses | undefined;
  /** Blobs that were in the trash before the walk, by key. */
  readonly seen: ReadonlySet<string>;
  /** False if a request that was sent before could still take effect. */
  readonly isSettled: boolean;
}

/** Time between two rechecks that replace the end of all processes where that cannot be seen, in ms. */
const RECHECKS_APART_MS = 60 * 60 * 1000;

/**
 * Returns a sweep after a recheck that has moved back what was in use or linked.
 *
 * The recheck is conclusive if it began a minute after the end of every process that ran after the last move, and after
 * Redis was emptied since: no upload can continue that saw a blob before it moved, and none of their requests is on its
 * way. Where processes cannot be read, two rechecks at least an hour apart are conclusive; where listings lag behind,
 * two are needed in any case.
 * @param lateMs time in which requests of ended processes can still take effect
 */
export function afterRecheck(sweep: Sweep, look: LookTimes, listsLate: boolean, lateMs = LATE_EFFECT_MS): Sweep {
  if (sweep.conclusiveAt !== undefined) return sweep;
  const { startedAt, processes } = look;
  const isProven = sweep.processes !== undefined && processes !== undefined;
  const seen = isProven ? withEnd(sweep, processes, startedAt) : sweep;
  if (!look.isSettled || ![...sweep.blobs].every((key) => look.seen.has(key))) return seen;
  if (isProven) {
    if (seen.endedAt === undefined || startedAt - seen.endedAt < lateMs) return seen;
    if (!listsLate) return { ...seen, conclusiveAt: startedAt };
  }
  if (seen.recheckedAt === undefined) return { ...seen, recheckedAt: startedAt };
  if (startedAt - seen.recheckedAt < RECHECKS_APART_MS) return seen;
  return { ...seen, conclusiveAt: startedAt };
}

/** Records for the sweeps whose processes have ended, with Redis empty, that this was seen now. */
export function noteEnded({ sweeps }: MarkFile, processes: RegistryProcesses, now: number): boolean {
  let isChanged = false;
  for (const [id, sweep] of sweeps) {
    if (sweep.conclusiveAt !== undefined) continue;
    const seen = withEnd(sweep, processes, now);
    if (seen.endedAt === sweep.endedAt) continue;
    sweeps.set(id, seen);
    isChanged = true;
  }
  return isChanged;
}

/**
 * Returns when the next recheck can begin that is conclusive for the sweeps whose processes have ended, by the
 * storage's clock; undefined if no sweep waits.
 */
export function conclusiveFrom({ sweeps }: MarkFile, lateMs = LATE_EFFECT_MS): number | undefined {
  const ends = [...sweeps.values()].flatMap(({ endedAt, conclusiveAt }) =>
    endedAt === undefined || conclusiveAt !== undefined ? [] : [endedAt],
  );
  return ends.length === 0 ? undefined : Math.max(...ends) + lateMs;
}

function withEnd(sweep: Sweep, processes: RegistryProcesses, now: number): Sweep {
  const { endedAt, ...others } = sweep;
  const isCacheEmpty = sweep.isCacheEmpty || !processes.usesRedis;
  if (!sweep.processes || !isCacheEmpty || !haveEnded(sweep.processes, processes)) return others;
  return { ...others, endedAt: endedAt ?? now };
}

/** True if none of the recorded processes still runs. */
export function haveEnded(recorded: readonly string[], { ids }: Pick<RegistryProcesses, 'ids'>): boolean {
  const running = new Set(ids);
  return !recorded.some((id) => running.has(id));
}
