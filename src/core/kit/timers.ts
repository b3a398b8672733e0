/** Time and timers. Tests replace them, so that no result depends on the speed of the machine. */
export interface Timers {
  /** Returns monotonic time, in ms. */
  now(): number;
  /** Calls `run` once after a time in ms. @returns a function that cancels it */
  after(ms: number, run: () => void): () => void;
  /** Calls `run` at an interval in ms. @returns a function that cancels it */
  every(ms: number, run: () => void): () => void;
}

export const SYSTEM_TIMERS: Timers = {
  now: () => performance.now(),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};
