/** Number of consecutive failed requests, each with all its retries, after which the registry counts as away. */
const MAX_FAILURES = 3;
/** Time between two trial requests to a registry that is away, in ms. */
const TRIAL_PAUSE_MS = 10_000;

/**
 * Stops thousands of deletions from being tried, one after the other, against a registry that is away. They fail at
 * once with the last error; the next run finds them again.
 */
export class Breaker {
  private failures = 0;
  private nextTrialAt = 0;
  private lastError: unknown;

  constructor(private readonly now: () => number = Date.now) {}

  /**
   * Lets a request pass.
   * @throws the last error while the registry is away, except for one request every ten seconds
   */
  enter(): void {
    if (this.failures < MAX_FAILURES) return;
    if (this.now() < this.nextTrialAt) throw this.lastError;
    this.nextTrialAt = this.now() + TRIAL_PAUSE_MS;
  }

  answered(): void {
    this.failures = 0;
  }

  failed(error: unknown): void {
    this.lastError = error;
    this.failures++;
    this.nextTrialAt = this.now() + TRIAL_PAUSE_MS;
  }
}
