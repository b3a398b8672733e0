import { withRetry } from '../../../kit/retry.js';
import { messageOf } from '../../../model/errors.js';
import { Unanswered } from '../../http/client.js';
import type { DeletionRun } from '../../runs.js';
import type { ObjectStore } from '../object-store.js';
import { StoreRefusal } from '../store-refusal.js';
import { WAITS } from './careful-deleter.js';

/** Number of copies in a row that may fail before the remaining ones are not sent. */
const MAX_FAILURES = 3;

/** An object to copy. */
export interface Copy {
  from: string;
  to: string;
  /** Size if it is known. */
  bytes?: number;
  /** True if what is at `to` must not be replaced. */
  isNew?: boolean;
}

/** Result of a copy. */
export type Copied =
  | { status: 'copied'; bytes: number }
  | { status: 'gone' }
  | { status: 'exists' }
  | { status: 'failed'; message: string }
  | { status: 'skipped'; reason: string };

/** Copies objects; stops when the store refuses, or fails repeatedly. Never throws. */
export class Copies {
  private failures = 0;
  private stopped: string | undefined;

  constructor(
    private readonly store: ObjectStore,
    private readonly mayContinue: DeletionRun['mayContinue'],
  ) {}

  async copy(copy: Copy): Promise<Copied> {
    if (this.stopped !== undefined) return { status: 'skipped', reason: `the storage failed before: ${this.stopped}` };
    try {
      await this.mayContinue();
    } catch (error) {
      return { status: 'skipped', reason: messageOf(error) };
    }
    try {
      const copied = await this.copyKnown(copy);
      this.failures = 0;
      return copied;
    } catch (error) {
      if (error instanceof StoreRefusal || ++this.failures >= MAX_FAILURES) this.stopped ??= messageOf(error);
      return { status: 'failed', message: messageOf(error) };
    }
  }

  private async copyKnown({ from, to, isNew, ...copy }: Copy): Promise<Copied> {
    if (isNew && (await this.store.find(to))) return { status: 'exists' };
    const bytes = copy.bytes ?? (await this.store.find(from))?.bytes;
    if (bytes === undefined) return { status: 'gone' };
    // After a request without a response, looks whether the object was copied.
    const attempt = async (number: number): Promise<'copied' | 'gone' | 'exists'> =>
      number > 1 && (await this.store.find(to)) ? 'copied' : this.store.copy(from, to, { bytes, isNew });
    const status = await withRetry(attempt, {
      ...WAITS,
      retryAfter: (outcome) => ('error' in outcome && outcome.error instanceof Unanswered ? 0 : undefined),
    });
    return status === 'copied' ? { status, bytes } : { status };
  }
}
