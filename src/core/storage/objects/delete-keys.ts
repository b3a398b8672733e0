import { forEachParallel } from '../../kit/parallel.js';
import { messageOf } from '../../model/errors.js';
import { DELETED, GONE, WRITTEN } from '../results.js';
import type { Deletion, DeletionRun } from '../storage.js';
import type { ObjectStore } from './object-store.js';
import { StoreRefusal } from './store-refusal.js';

/** Maximum concurrent batches: the store deletes their objects in parallel itself. */
const PARALLEL_BATCHES = 4;
/** Number of requests in a row that may fail before the remaining ones are not sent. */
const MAX_FAILURES = 3;

/** Deletes keys in batches. Stops when the store refuses, or fails repeatedly. */
export class KeyDeleter {
  private hasDeleted = false;
  private failures = 0;
  private stopped: string | undefined;

  constructor(private readonly store: ObjectStore) {}

  /**
   * Deletes keys. Before each request, checks that the run may continue.
   * @returns the result for each key, by position
   * @throws StoreRefusal if the store refused the first request, so that nothing was deleted
   */
  async delete(keys: readonly string[], run: DeletionRun): Promise<Deletion[]> {
    const results: Deletion[] = [];
    const { batchSize, concurrency } = this.store.limits;
    const starts = Array.from({ length: Math.ceil(keys.length / batchSize) }, (_, index) => index * batchSize);
    const work = async (start: number): Promise<void> => {
      const batch = keys.slice(start, start + batchSize);
      const deletions = await this.deleteBatch(batch, run);
      for (const [at, deletion] of deletions.entries()) results[start + at] = deletion;
    };
    // The first request is sent alone: what the store refuses, it refuses before anything is deleted.
    while (!this.hasDeleted && starts.length > 0) await work(starts.shift()!);
    await forEachParallel(starts, { concurrency: Math.min(PARALLEL_BATCHES, concurrency) }, work);
    return results;
  }

  /** Runs another action that deletes something. What it throws is a failure of its own. */
  async act(run: DeletionRun, action: () => Promise<void>): Promise<Deletion> {
    const reason = await this.reasonToStop(run);
    if (reason !== undefined) return { status: 'skipped', reason };
    try {
      await action();
      this.hasDeleted = true;
      return DELETED;
    } catch (error) {
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
    try {
      const found = this.store.limits.listsLate ? await this.lookUp(keys, run) : keys.map(() => undefined);
      const rest = keys.filter((_, at) => found[at] === undefined);
      const problems = (rest.length > 0 ? await this.store.delete(rest) : []).values();
      this.failures = 0;
      return found.map((result) => result ?? this.resultOf(problems.next().value as string | undefined));
    } catch (error) {
      return this.failed(keys, error);
    }
  }

  /** Returns results for keys that no longer exist or were written since; undefined for the others. */
  private async lookUp(
    keys: string[],
    { keepWrittenSince = Infinity }: DeletionRun,
  ): Promise<(Deletion | undefined)[]> {
    const results: (Deletion | undefined)[] = keys.map(() => undefined);
    await forEachParallel(keys, { concurrency: this.store.limits.concurrency }, async (key, at) => {
      const object = await this.store.find(key);
      if (!object) results[at] = GONE;
      else if (object.writtenAt >= keepWrittenSince) results[at] = WRITTEN;
    });
    return results;
  }

  private resultOf(problem: string | undefined): Deletion {
    if (problem !== undefined) return { status: 'failed', message: problem };
    this.hasDeleted = true;
    return DELETED;
  }

  private failed(keys: string[], error: unknown): Deletion[] {
    const isRefusal = error instanceof StoreRefusal;
    if (isRefusal && !this.hasDeleted) throw error;
    const message = messageOf(error);
    if (!isRefusal) this.hasDeleted = true;
    if (isRefusal || ++this.failures >= MAX_FAILURES) this.stopped ??= message;
    const failure: Deletion = { status: 'failed', message };
    return keys.map(() => failure);
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
