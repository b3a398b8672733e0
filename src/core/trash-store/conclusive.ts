import type { Look } from './look.js';
import type { RegistryProcesses, Sweep } from './model.js';

/** Time between two rechecks that replace the end of all processes where that cannot be seen, in ms. */
export const RECHECKS_APART_MS = 60 * 60 * 1000;

/**
 * Returns a sweep after a recheck that has moved back what was in use or linked.
 *
 * The recheck is conclusive if every process that ran after the last move had ended before it began, and Redis was
 * emptied since: no upload can go on that saw a blob before it moved. Where processes cannot be read, two rechecks at
 * least an hour apart are conclusive; where listings lag behind, two are needed in any case.
 */
export function afterRecheck(
  sweep: Sweep,
  look: Pick<Look, 'startedAt' | 'processes' | 'seen' | 'isSettled'>,
  listsLate: boolean,
): Sweep {
  if (sweep.conclusiveAt !== undefined || !look.isSettled) return sweep;
  if (![...sweep.blobs].every((key) => look.seen.has(key))) return sweep;
  if (sweep.processes && look.processes) {
    if (!haveEnded(sweep.processes, look.processes)) return sweep;
    if (!sweep.isCacheEmpty && look.processes.usesRedis) return sweep;
    if (!listsLate) return { ...sweep, conclusiveAt: look.startedAt };
  }
  if (sweep.recheckedAt === undefined) return { ...sweep, recheckedAt: look.startedAt };
  if (look.startedAt - sweep.recheckedAt < RECHECKS_APART_MS) return sweep;
  return { ...sweep, conclusiveAt: look.startedAt };
}

/** True if none of the recorded processes runs any more. */
export function haveEnded(recorded: readonly string[], { ids }: Pick<RegistryProcesses, 'ids'>): boolean {
  const running = new Set(ids);
  return !recorded.some((id) => running.has(id));
}
