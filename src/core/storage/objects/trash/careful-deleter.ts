import { forEachParallel } from '../../../kit/parallel.js';
import { withRetry } from '../../../kit/retry.js';
import { messageOf } from '../../../model/errors.js';
import { Unanswered } from '../../http/client.js';
import type { Deletion, DeletionRun } from '../../runs.js';
import { KeyDeleter } from '../delete-keys.js';
import type { ObjectStore, ObjectStoreLimits, StoredObject } from '../object-store.js';

const WRITTEN = 'it was written again, after a request to delete it that received no response';
/** Maximum number of requests for the same deletion, or the same copy. */
const TRIES = 4;
/** Waits of 0.5, 1.5 and 4.5 s, jittered. */
export const WAITS = { tries: TRIES, baseMs: 500, factor: 3 } as const;

interface Known {
  /** Returns when the object that is to be deleted was written at the latest, in ms since the epoch. */
  writtenBy(key: string): number;
  keepsSegments?: boolean;
}

/** Deletes objects while others write. Stops when the store refuses, or fails repeatedly. */
export class CarefulDeleter {
  private readonly deleter: KeyDeleter;

  constructor(store: ObjectStore, known: Known) {
    this.deleter = new KeyDeleter(new CarefulStore(store, known));
  }

  /** Deletes objects. Never throws. @returns the result for each key, by position */
  async delete(
    keys: readonly string[],
    run: Pick<DeletionRun, 'mayContinue' | 'keepWrittenSince'>,
  ): Promise<Deletion[]> {
    try {
      return await this.deleter.delete(keys, run);
    } catch (error) {
      return keys.map(() => ({ status: 'failed', message: messageOf(error) }));
    }
  }
}

/**
 * Deletes objects while others write: after a request without a response, looks at the objects before it deletes them
 * again, and keeps those that were written since.
 */
class CarefulStore {
  readonly limits: ObjectStoreLimits;

  constructor(
    private readonly store: ObjectStore,
    private readonly known: Known,
  ) {
    this.limits = store.limits;
  }

  find(key: string): Promise<StoredObject | undefined> {
    return this.store.find(key);
  }

  /** @throws Unanswered if no request received a response; else as `ObjectStore.delete` */
  async delete(keys: readonly string[]): Promise<(string | undefined)[]> {
    const problems = new Map<string, string>();
    let left = [...keys];
    const attempt = async (number: number): Promise<void> => {
      if (number > 1) left = await this.unchanged(left, problems);
      if (left.length === 0) return;
      const { keepsSegments } = this.known;
      const results = await this.store.delete(left, { isOnline: true, keepsSegments });
      for (const [at, problem] of results.entries()) if (problem !== undefined) problems.set(left[at]!, problem);
    };
    await withRetry(attempt, {
      ...WAITS,
      retryAfter: (outcome) => ('error' in outcome && outcome.error instanceof Unanswered ? 0 : undefined),
    });
    return keys.map((key) => problems.get(key));
  }

  /** Looks at objects. @returns the keys of those that exist and were not written again */
  private async unchanged(keys: readonly string[], problems: Map<string, string>): Promise<string[]> {
    const left: string[] = [];
    await forEachParallel(keys, this.limits, async (key) => {
      const object = await this.store.find(key);
      if (!object) return;
      if (object.writtenAt > this.known.writtenBy(key)) problems.set(key, WRITTEN);
      else left.push(key);
    });
    return left;
  }
}
