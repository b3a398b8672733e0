import { onAbort } from './on-abort.js';

/**
 * Aborts after a time, or when another signal aborts. AbortSignal.any would add a listener per use to a signal that
 * lives as long as the run, and in Node.js 20 a composed signal can be garbage-collected before its time has come.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly ignoreOuter: () => void;

  /** @param ms time in ms */
  constructor(ms: number, outer?: AbortSignal) {
    this.timer = setTimeout(() => {
      this.abort(Object.assign(new Error(`no answer within ${ms / 1000} s`), { code: 'ETIMEDOUT' }));
    }, ms);
    this.ignoreOuter = onAbort(outer, () => this.abort(outer?.reason));
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason: unknown): void {
    this.controller.abort(reason);
  }

  /** Stops the clock. */
  clear(): void {
    clearTimeout(this.timer);
    this.ignoreOuter();
  }
}
