/** Number of consecutive failed requests, each with all its retries, after which the registry counts as unavailable. */
const MAX_FAILURES = 3;
/** Interval between trial requests to an unavailable registry, in ms. */
const TRIAL_PAUSE_MS = 10_000;

/**
 * Circuit breaker for an unavailable registry: thousands of deletions fail at once with the last error, instead of each
 * being retried. The next run finds them again.
 */
export class Breaker {
  private failures = 0;
  private nextTrialAt = 0;
  private lastError: unknown;

  constructor(private readonly now: () => number = () => performance.now()) {}

  /**
   * Lets a request pass.
   * @throws the last error while the registry is unavailable, except for one request every ten seconds
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
