import pLimit from 'p-limit';

/**
 * Limits the number of concurrent requests to a server that is too busy. A 429 halves the limit at once, every other
 * response raises it a little (additive increase, multiplicative decrease, as in TCP). There is no limit before the
 * first 429.
 */
export class Throttle {
  private readonly queue = pLimit(Infinity);
  /** The limit with its fraction; the queue uses the whole number. */
  private limit = Infinity;
  /** Number of times the limit was halved. */
  private halvings = 0;

  /**
   * Sends a request when the limit allows it.
   * @param send receives true if it had to wait, because what is known of the cluster has become older
   * @param isBusy returns true for a 429
   */
  run<T>(send: (waited: boolean) => Promise<T>, isBusy: (response: T) => boolean): Promise<T> {
    const waited = this.queue.activeCount >= this.queue.concurrency;
    return this.queue(async () => {
      const { halvings } = this;
      let busy = false;
      try {
        const response = await send(waited);
        busy = isBusy(response);
        return response;
      } finally {
        if (!busy) this.setLimit(this.limit + 1 / this.limit);
        // Only the first 429 among concurrent requests halves the limit.
        else if (halvings === this.halvings) this.halve();
      }
    });
  }

  private halve(): void {
    this.halvings++;
    this.setLimit(Math.max(1, Math.min(this.limit, this.queue.activeCount) / 2));
  }

  private setLimit(limit: number): void {
    this.limit = limit;
    const concurrency = Math.floor(limit);
    if (concurrency !== this.queue.concurrency) this.queue.concurrency = concurrency;
  }
}
