import type { MarkFile, RegistryProcesses } from '../../../trash-store/model.js';

/**
 * Returns true if only the end of processes that run now shows that no process remembers a blob that was marked or
 * moved.
 */
export function needsRestart({ batches, sweeps }: MarkFile, { ids, usesRedis }: RegistryProcesses): boolean {
  const running = new Set(ids);
  const runs = (processes: readonly string[] = []): boolean => processes.some((id) => running.has(id));
  for (const { completeAt } of batches.values()) if (completeAt === undefined) return true;
  for (const { conclusiveAt, endedAt, processes, isCacheEmpty } of sweeps.values())
    if (conclusiveAt === undefined && endedAt === undefined && (runs(processes) || (usesRedis && !isCacheEmpty)))
      return true;
  return false;
}

/** Returns true if no batch and no sweep waits for the end of processes, or for an empty cache. */
export function isSettled({ batches, sweeps }: MarkFile): boolean {
  for (const { completeAt } of batches.values()) if (completeAt === undefined) return false;
  for (const { conclusiveAt, endedAt } of sweeps.values())
    if (conclusiveAt === undefined && endedAt === undefined) return false;
  return true;
}
