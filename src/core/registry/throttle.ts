/** A turn that `enter` has given. */
export interface Turn {
  /** Others had to be waited for: what was known of the cluster has aged meanwhile. */
  waited: boolean;
  epoch: number;
}

/**
 * How many requests may be under way at once. A server that answers 429 gets half as many, and then, with every answer that is none,
 * a little more again (additive increase, multiplicative decrease, as TCP does it).
 */
export class Throttle {
  private limit = Infinity;
  private active = 0;
  private epoch = 0;
  private readonly waiting: (() => void)[] = [];

  /** Waits for a turn; `leave` must follow. */
  async enter(): Promise<Turn> {
    const waited = this.active >= Math.floor(this.limit);
    if (waited) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.active++;
    return { waited, epoch: this.epoch };
  }

  /** @param busy the server has said that it is */
  leave({ epoch }: Turn, busy: boolean): void {
    if (!busy) this.limit += 1 / this.limit;
    // Of the requests that were under way together, one halves the limit.
    else if (epoch === this.epoch) {
      this.limit = Math.max(1, Math.min(this.limit, this.active) / 2);
      this.epoch++;
    }
    this.active--;
    while (this.active < Math.floor(this.limit) && this.waiting.length > 0) {
      this.active++;
      this.waiting.shift()!();
    }
  }
}
