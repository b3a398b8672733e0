/** Minimum time between the starts of two looks, in ms. */
const INTERVAL_MS = 1000;

/** Looks at what a run relies on: one look at a time, and not more often than the interval if that is enough. */
export class Lookout {
  private startedAt = -Infinity;
  private looking?: Promise<void>;

  constructor(
    private readonly clock: () => number,
    private readonly look: () => Promise<void>,
  ) {}

  /** Awaits the look in progress; otherwise, looks unless the last look started less than the interval ago. */
  lookIfDue(): Promise<void> {
    if (this.looking) return this.looking;
    return this.clock() - this.startedAt < INTERVAL_MS ? Promise.resolve() : this.start();
  }

  /** Looks now: what happened before this call is seen. */
  async lookNow(): Promise<void> {
    await this.looking?.catch(() => {});
    await this.start();
  }

  private start(): Promise<void> {
    this.startedAt = this.clock();
    this.looking ??= this.look().finally(() => (this.looking = undefined));
    return this.looking;
  }
}
