/**
 * Bounds how many lists with further pages are read at the same time. Most lists have one page, so the time that they
 * take is that of their round trips, and many can be read at once; a list with further pages keeps network and parsers
 * busy, and has pages in memory.
 */
export class LongLists {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  /** @param most number of lists at the same time */
  constructor(most: number) {
    this.free = most;
  }

  /** Waits until the rest of a list may be read. Lists continue in the order in which they ask. */
  async enter(): Promise<void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  /** Lets the next list continue. To be called once for each `enter` that has ended. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}
