import { ATTEMPT_LIMITS, type AttemptLimits } from './limits.js';

/** The error of an attempt that took too long. */
export class AttemptTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Longest interval between two checks of the transfer, in ms. */
const CHECK_MS = 1000;
/** Number of checks per period of each limit. */
const CHECKS_PER_PERIOD = 10;

/** Ends one attempt of a request when the server takes too long: for the head, for the next byte, or for the whole. */
export class AttemptGuard {
  /** Why the attempt was ended. */
  error: AttemptTimeout | undefined;
  private readonly limits: AttemptLimits;
  private readonly head: NodeJS.Timeout;
  private readonly total: NodeJS.Timeout | undefined;
  private checks: NodeJS.Timeout | undefined;
  private received = 0;
  private lastByteAt = 0;
  /** Bytes received by the time of each check, the oldest first, for one period of the transfer rate. */
  private readonly samples: { at: number; received: number }[] = [];

  /**
   * @param onTimeout ends the attempt
   * @param totalMs limit of the whole attempt, in ms; 0: none
   */
  constructor(
    private readonly onTimeout: (error: AttemptTimeout) => void,
    { totalMs = 0, limits = ATTEMPT_LIMITS }: { totalMs?: number; limits?: AttemptLimits } = {},
  ) {
    this.limits = limits;
    this.head = setTimeout(() => this.end(`no answer within ${limits.headMs / 1000} s`), limits.headMs);
    if (totalMs > 0) this.total = setTimeout(() => this.end(`no answer within ${totalMs / 1000} s`), totalMs);
  }

  /** The head of the response is complete; its body follows. */
  headArrived(): void {
    clearTimeout(this.head);
    const { idleMs, rateWindowMs } = this.limits;
    this.lastByteAt = performance.now();
    this.samples.push({ at: this.lastByteAt, received: 0 });
    const interval = Math.min(CHECK_MS, idleMs / CHECKS_PER_PERIOD, rateWindowMs / CHECKS_PER_PERIOD);
    this.checks = setInterval(() => this.check(), interval);
  }

  /** A part of the body has arrived. */
  took(bytes: number): void {
    this.received += bytes;
    this.lastByteAt = performance.now();
  }

  /** The attempt has ended. */
  stop(): void {
    clearTimeout(this.head);
    clearTimeout(this.total);
    clearInterval(this.checks);
  }

  private check(): void {
    const now = performance.now();
    const { idleMs, rateWindowMs, minimumRate } = this.limits;
    if (now - this.lastByteAt >= idleMs) return this.end(`nothing received for ${idleMs / 1000} s`);
    this.samples.push({ at: now, received: this.received });
    // The oldest sample that is kept is at least one period old, if there is one.
    while (this.samples[1] && now - this.samples[1].at >= rateWindowMs) this.samples.shift();
    const { at, received } = this.samples[0]!;
    const ms = now - at;
    if (ms >= rateWindowMs && ((this.received - received) / ms) * 1000 < minimumRate)
      this.end(`less than ${minimumRate} bytes per second received for ${rateWindowMs / 1000} s`);
  }

  private end(message: string): void {
    this.stop();
    this.error = new AttemptTimeout(message);
    this.onTimeout(this.error);
  }
}
