import type { ClusterApi } from '../../cluster/api.js';
import { BoundedApi, type Retries } from '../../cluster/bounded-api.js';
import { Deadline } from '../../kit/deadline.js';
import { messageOf } from '../../model/errors.js';

/** Maximum attempts to read something if what answers is not an API server: a login page, for example. */
const UNUSABLE_TRIES = 2;

/** The time that all checks of one cluster can take together. */
export class TimeLimit {
  private readonly deadline: Deadline;
  private readonly retries: Retries = { unusableTries: UNUSABLE_TRIES };

  /**
   * @param ms time in ms
   * @param interruption aborts when the user ends the run
   */
  constructor(
    readonly ms: number,
    private readonly interruption?: AbortSignal,
  ) {
    this.deadline = new Deadline(ms, interruption);
  }

  /** Aborts when the time is over, and when the user ends the run. */
  get signal(): AbortSignal {
    return this.deadline.signal;
  }

  /** True if the time is over; false if the user ended the run. */
  get isOver(): boolean {
    return this.signal.aborted && !this.interruption?.aborted;
  }

  /** The limit in words, with the error of the last attempt, if one has failed: `within 8 s (--timeout); …`. */
  get text(): string {
    const { lastFailure } = this.retries;
    const cause = lastFailure ? `; last attempt: ${messageOf(lastFailure)}` : '';
    return `within ${this.ms / 1000} s (--timeout)${cause}`;
  }

  /** Returns the same cluster, whose requests end when the time is over. */
  bound(api: ClusterApi): ClusterApi {
    return new BoundedApi(api, this.signal, this.retries);
  }

  /** Takes the error of an attempt after which a request is retried. */
  readonly onRetry = (error: Error): void => {
    this.retries.lastFailure = error;
  };

  /** Forgets the attempts of earlier requests. */
  forgetFailures(): void {
    this.retries.lastFailure = undefined;
  }

  /** @throws the reason for which the user ended the run */
  throwIfInterrupted(): void {
    this.interruption?.throwIfAborted();
  }

  /** Stops the clock. */
  clear(): void {
    this.deadline.clear();
  }
}
