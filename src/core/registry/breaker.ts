/** So many requests in a row, each with all its tries, must fail before the registry counts as away. */
const FAILURES = 3;
/** While it is away, one request in this time finds out whether it has come back. */
const PAUSE_MS = 10_000;

/**
 * Keeps thousands of deletions from being tried, one after the other, against a registry that is not there any more: they
 * fail at once with the last error instead, and the next run finds them again.
 */
export class Breaker {
  private failures = 0;
  private nextTrialAt = 0;
  private last: unknown;

  constructor(private readonly now: () => number = Date.now) {}

  /** @throws the last failure while the registry is away, but for one request every ten seconds */
  enter(): void {
    if (this.failures < FAILURES) return;
    if (this.now() < this.nextTrialAt) throw this.last;
    this.nextTrialAt = this.now() + PAUSE_MS;
  }

  answered(): void {
    this.failures = 0;
  }

  failed(error: unknown): void {
    this.last = error;
    this.failures++;
    this.nextTrialAt = this.now() + PAUSE_MS;
  }
}
