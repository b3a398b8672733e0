import { Deadline } from '../../kit/deadline.js';

/** The time that all checks of one cluster can take together. */
export class TimeLimit {
  private readonly deadline: Deadline;

  /**
   * @param ms time in ms
   * @param interruption aborts when the user ends the run
   */
  constructor(
    private readonly ms: number,
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

  /** The limit in words. */
  get text(): string {
    return `${this.ms / 1000} s (--timeout)`;
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
