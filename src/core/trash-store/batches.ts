import { haveEnded, noteEnded } from './conclusive.js';
import type { Mark, MarkBatch, MarkFile, RegistryProcesses } from './model.js';
import { newId } from './new-id.js';

/** What shows that no process still knows the blobs of a batch. */
export type Proof =
  /** All processes that ran after the last link was removed have ended, and Redis was emptied since if it is used. */
  | { by: 'restart'; processes: RegistryProcesses; isCacheEmpty: boolean }
  /**
   * `--no-restart`: the same, from the start of the oldest process. `memoryCacheMs`: how long OpenShift's cache in
   * memory keeps an entry, if all processes use it; three times this replaces the end of the processes.
   */
  | { by: 'time'; processes: RegistryProcesses; isCacheEmpty: boolean; memoryCacheMs?: number }
  /** `--read-only=skip`: whoever uses it restarts the registry after each run. */
  | { by: 'user' };

/** Multiple of the life of an entry of the cache: an entry can be renewed while it is looked up. */
const CACHE_LIVES = 3;

/**
 * Completes the batches for which there is a proof: their grace begins. Records for the sweeps whose processes have
 * ended when this was seen.
 * @param now the storage's clock
 * @returns the ids of the batches that are complete now and were not before
 */
export function completeBatches(file: MarkFile, proof: Proof, now: number): string[] {
  const { batches } = file;
  if (proof.by !== 'user') noteEnded(file, proof.processes, now);
  const completed: string[] = [];
  for (const [id, batch] of batches) {
    if (batch.completeAt !== undefined) continue;
    const completeAt = completionOf(batch, proof, now);
    if (completeAt === undefined) continue;
    batches.set(id, { ...batch, completeAt });
    completed.push(id);
  }
  return completed;
}

/** Returns when a batch was complete; undefined without a proof. */
function completionOf({ unlinkedAt, processes }: MarkBatch, proof: Proof, now: number): number | undefined {
  if (unlinkedAt === undefined) return undefined;
  if (proof.by === 'user') return unlinkedAt;
  const isCacheEmpty = proof.isCacheEmpty || !proof.processes.usesRedis;
  if (processes && isCacheEmpty && haveEnded(processes, proof.processes)) {
    if (proof.by === 'restart') return now;
    return Math.max(unlinkedAt, Math.min(now, proof.processes.oldestStart ?? now));
  }
  if (proof.by === 'restart' || proof.memoryCacheMs === undefined || proof.processes.usesRedis) return undefined;
  const forgottenAt = unlinkedAt + CACHE_LIVES * proof.memoryCacheMs;
  return forgottenAt <= now ? forgottenAt : undefined;
}

/** True if the grace of a mark has passed: if nothing uses or links its blob, it can be moved to the trash. */
export function isPastGrace(
  { batch }: Pick<Mark, 'batch'>,
  { batches }: Pick<MarkFile, 'batches'>,
  { graceMs, now }: { graceMs: number; now: number },
): boolean {
  const completeAt = batches.get(batch)?.completeAt;
  return completeAt !== undefined && now - completeAt >= graceMs;
}

/**
 * Starts a batch of marks. Incomplete batches join it: they wait for the same restart.
 * @returns its id
 */
export function startBatch(file: MarkFile): string {
  const id = newId();
  for (const mark of file.marks.values()) if (file.batches.get(mark.batch)?.completeAt === undefined) mark.batch = id;
  file.batches.set(id, {});
  dropUnusedBatches(file, id);
  return id;
}

/**
 * Records that the last link of a batch was removed; a batch without marks is forgotten, because nothing waits for it.
 * @param at `now`: time after that; `processes`: read after that
 */
export function endBatch(
  file: MarkFile,
  batch: string,
  { now, processes }: { now: number; processes: RegistryProcesses | undefined },
): void {
  file.batches.set(batch, { unlinkedAt: now, ...(processes ? { processes: [...processes.ids] } : {}) });
  dropUnusedBatches(file);
}

/**
 * Records for the sweeps that Redis was emptied. What ran meanwhile can have read Redis before: these processes must
 * end, too, before a recheck is conclusive.
 * @param before processes read before it was emptied: those of a sweep must have ended by then
 * @param after processes read after it was emptied
 */
export function noteEmptyCache({ sweeps }: MarkFile, before: RegistryProcesses, after: RegistryProcesses): void {
  for (const [id, { endedAt, ...sweep }] of sweeps) {
    if (sweep.isCacheEmpty || !sweep.processes || !haveEnded(sweep.processes, before)) continue;
    sweeps.set(id, { ...sweep, isCacheEmpty: true, processes: union(before.ids, after.ids) });
  }
}

const union = (a: readonly string[], b: readonly string[]): string[] => [...new Set([...a, ...b])];

/** Removes the marks of blobs that are not in their place, and batches without marks. @returns the digests, as hex */
export function dropMissingMarks(file: MarkFile, isInPlace: (hex: string) => boolean): string[] {
  const missing = [...file.marks.keys()].filter((hex) => !isInPlace(hex));
  for (const hex of missing) file.marks.delete(hex);
  dropUnusedBatches(file);
  return missing;
}

/** Removes batches without marks. @param keep a batch that gets its marks later */
function dropUnusedBatches({ marks, batches }: MarkFile, keep?: string): void {
  const used = new Set(keep === undefined ? [] : [keep]);
  for (const { batch } of marks.values()) used.add(batch);
  for (const id of batches.keys()) if (!used.has(id)) batches.delete(id);
}
