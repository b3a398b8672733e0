import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { DELETED, GONE, WRITTEN } from '../results.js';
import type { Deletion, DeletionRun } from '../storage.js';
import type { ObjectStore } from './object-store.js';
import { NoBatches } from './no-batches.js';
import { StoreRefusal } from './store-refusal.js';

/** Maximum concurrent batches of many objects: the store deletes these in parallel itself. */
const PARALLEL_BATCHES = 4;
/** Number of requests in a row that may fail before the remaining ones are not sent. */
const MAX_FAILURES = 3;

/** Deletes keys in batches. Stops when the store refuses, or fails repeatedly. */
export class KeyDeleter {
  private hasDeleted = false;
  private failures = 0;
  private stopped: string | undefined;

  constructor(private readonly store: Pick<ObjectStore, 'limits' | 'find' | 'delete'>) {}

  /** True after a request that can have deleted something. Then no error is thrown any longer. */
  get mayHaveDeleted(): boolean {
    return this.hasDeleted;
  }

  /**
   * Deletes keys. Before each request, checks that the run may continue.
   * @returns the result for each key, by position
   * @throws StoreRefusal if the store refused the first request, so that nothing was deleted
   */
  async delete(keys: readonly string[], run: DeletionRun): Promise<Deletion[]> {
    const results: Deletion[] = [];
    const { limits } = this.store;
    // The first request is sent alone: what the store refuses, it refuses before anything is deleted.
    while (!this.hasDeleted && results.length < keys.length)
      results.push(...(await this.deleteBatch(keys.slice(results.length, results.length + limits.batchSize), run)));
    // Read again: a store can find out that it has no batches.
    const { batchSize, concurrency } = limits;
    const first = results.length;
    const starts = Array.from(
      { length: Math.ceil((keys.length - first) / batchSize) },
      (_, index) => first + index * batchSize,
    );
    const batches = Math.max(PARALLEL_BATCHES, Math.floor(concurrency / batchSize));
    await forEachParallel(starts, { concurrency: Math.min(batches, concurrency) }, async (start) => {
      const deletions = await this.deleteBatch(keys.slice(start, start + batchSize), run);
      for (const [at, deletion] of deletions.entries()) results[start + at] = deletion;
    });
    return results;
  }

  /** Runs another action that deletes something. What it throws is a failure of its own. */
  async act(run: DeletionRun, action: () => Promise<void>): Promise<Deletion> {
    const reason = await this.reasonToStop(run);
    if (reason !== undefined) return { status: 'skipped', reason };
    try {
      await action();
      this.hasDeleted = true;
      this.failures = 0;
      return DELETED;
    } catch (error) {
      if (!(error instanceof StoreRefusal)) this.countFailure(error);
      return { status: 'failed', message: messageOf(error) };
    }
  }

  /**
   * Runs work that reads before it deletes. Once anything was deleted, an error is the failure of all its items, so
   * that the run reports what it did.
   * @throws the error, if nothing was deleted
   */
  async guarded(count: number, work: () => Promise<Deletion[]>): Promise<Deletion[]> {
    try {
      return await work();
    } catch (error) {
      if (!this.hasDeleted) throw error;
      const failure: Deletion = { status: 'failed', message: messageOf(error) };
      return Array.from({ length: count }, () => failure);
    }
  }

  private async deleteBatch(keys: string[], run: DeletionRun): Promise<Deletion[]> {
    const reason = await this.reasonToStop(run);
    if (reason !== undefined) return keys.map(() => ({ status: 'skipped', reason }));
    let isSent = false;
    try {
      const found = this.store.limits.listsLate ? await this.lookUp(keys, run) : keys.map(() => undefined);
      const rest = keys.filter((_, at) => found[at] === undefined);
      isSent = rest.length > 0;
      const problems = (isSent ? await this.store.delete(rest) : []).values();
      this.failures = 0;
      return found.map((result) => result ?? this.resultOf(problems.next().value as string | undefined));
    } catch (error) {
      if (error instanceof NoBatches) return this.deleteInParts(keys, run);
      const isRefusal = error instanceof StoreRefusal;
      if (!this.hasDeleted && (isRefusal || !isSent)) throw error;
      if (isRefusal) this.stopped ??= messageOf(error);
      else this.countFailure(error);
      const failure: Deletion = { status: 'failed', message: messageOf(error) };
      return keys.map(() => failure);
    }
  }

  /** Deletes keys in batches that are smaller since the store found out that it has no large ones. */
  private async deleteInParts(keys: string[], run: DeletionRun): Promise<Deletion[]> {
    const results: Deletion[] = [];
    const { batchSize } = this.store.limits;
    while (results.length < keys.length)
      results.push(...(await this.deleteBatch(keys.slice(results.length, results.length + batchSize), run)));
    return results;
  }

  /**
   * Returns results for keys that no longer exist, were written since or cannot be looked up; undefined for the others.
   * @throws StoreRefusal, or the error of the last look-up if all failed
   */
  private async lookUp(
    keys: string[],
    { keepWrittenSince = Infinity }: DeletionRun,
  ): Promise<(Deletion | undefined)[]> {
    const results: (Deletion | undefined)[] = keys.map(() => undefined);
    let failed: unknown;
    await forEachParallel(keys, { concurrency: this.store.limits.concurrency }, async (key, at) => {
      try {
        const object = await this.store.find(key);
        if (!object) results[at] = GONE;
        else if (object.writtenAt >= keepWrittenSince) results[at] = WRITTEN;
      } catch (error) {
        if (error instanceof StoreRefusal) throw error;
        failed = error;
        results[at] = { status: 'failed', message: messageOf(error) };
      }
    });
    if (results.every((result) => result?.status === 'failed')) throw failed;
    return results;
  }

  private resultOf(problem: string | undefined): Deletion {
    if (problem !== undefined) return { status: 'failed', message: problem };
    this.hasDeleted = true;
    return DELETED;
  }

  /** Counts a request that failed, but can have been executed. */
  private countFailure(error: unknown): void {
    this.hasDeleted = true;
    if (++this.failures >= MAX_FAILURES) this.stopped ??= messageOf(error);
  }

  private async reasonToStop({ mayContinue }: DeletionRun): Promise<string | undefined> {
    if (this.stopped !== undefined) return `the storage failed before: ${this.stopped}`;
    try {
      await mayContinue();
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }
}
