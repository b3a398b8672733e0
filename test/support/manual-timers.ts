import type { Timers } from '../../src/core/kit/timers.js';

interface Timer {
  at: number;
  everyMs?: number;
  run: () => void;
}

/** Time that passes only when a test advances it. */
export class ManualTimers implements Timers {
  private time = 0;
  private readonly pending = new Set<Timer>();
  private noteInterval: () => void = () => {};

  readonly now = (): number => this.time;

  after(ms: number, run: () => void): () => void {
    return this.add({ at: this.time + ms, run });
  }

  every(ms: number, run: () => void): () => void {
    this.noteInterval();
    return this.add({ at: this.time + ms, everyMs: ms, run });
  }

  /** Resolves when the program starts the next interval. */
  nextInterval(): Promise<void> {
    return new Promise((resolve) => (this.noteInterval = resolve));
  }

  /** Lets time pass, and runs the timers that are due, in their order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (let timer = this.firstUntil(end); timer; timer = this.firstUntil(end)) {
      this.time = timer.at;
      if (timer.everyMs === undefined) this.pending.delete(timer);
      else timer.at += timer.everyMs;
      timer.run();
    }
    this.time = end;
  }

  private firstUntil(end: number): Timer | undefined {
    const due = [...this.pending].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }

  private add(timer: Timer): () => void {
    this.pending.add(timer);
    return () => void this.pending.delete(timer);
  }
}
