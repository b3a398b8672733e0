import type { Mark, MarkFile, RegistryProcesses } from './model.js';

/** What shows that no process knows the blobs of a batch any more. */
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

/**
 * Completes the batches for which there is a proof: their grace begins.
 * @param now the storage's clock
 * @returns the ids of the batches that are complete now and were not before
 */
export function completeBatches(file: MarkFile, proof: Proof, now: number): string[] {
  throw new Error(`not implemented ${String(file)} ${String(proof)} ${String(now)}`);
}

/** True if the grace of a mark has passed: what nothing uses or links can be moved to the trash. */
export function isPastGrace(mark: Mark, file: MarkFile, options: { graceMs: number; now: number }): boolean {
  throw new Error(`not implemented ${String(mark)} ${String(file)} ${String(options)}`);
}

/** Starts a batch of marks, which incomplete batches join: they wait for the same restart. @returns its id */
export function startBatch(file: MarkFile): string {
  throw new Error(`not implemented ${String(file)}`);
}

/** Records that the last link of a batch was removed before these processes were read. */
export function noteUnlinked(
  file: MarkFile,
  batch: string,
  at: { now: number; processes: RegistryProcesses | undefined },
): void {
  throw new Error(`not implemented ${String(file)} ${String(batch)} ${String(at)}`);
}

/**
 * Records for the sweeps that Redis was emptied.
 * @param before the processes that ran when it began
 */
export function noteEmptyCache(file: MarkFile, before: RegistryProcesses): void {
  throw new Error(`not implemented ${String(file)} ${String(before)}`);
}

/** Removes the marks of blobs that do not exist, and batches without marks. @returns the removed marks, as hex */
export function dropMissingMarks(file: MarkFile, exists: (hex: string) => boolean): string[] {
  throw new Error(`not implemented ${String(file)} ${String(exists)}`);
}
