import { ATTEMPT_LIMITS, type AttemptLimits } from './limits.js';
import { SYSTEM_TIMERS, type Timers } from './timers.js';

/** The error of an attempt that took too long. */
export class AttemptTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Longest interval between two checks of the transfer, in ms. */
const CHECK_MS = 1000;
/** Number of checks per period of each limit. */
const CHECKS_PER_PERIOD = 10;

interface GuardOptions {
  totalMs?: number;
  limits?: AttemptLimits;
  /** For tests. */
  timers?: Timers;
}

/** Ends one attempt of a request when the server takes too long: for the head, for the next byte, or for the whole. */
export class AttemptGuard {
  /** Why the attempt was ended. */
  error: AttemptTimeout | undefined;
  private readonly limits: AttemptLimits;
  private readonly timers: Timers;
  private cancelHead: () => void;
  private readonly cancelTotal: (() => void) | undefined;
  private cancelChecks: (() => void) | undefined;
  private transferred = 0;
  private lastByteAt = 0;
  /** When the transfer was paused, in ms. */
  private pausedAt: number | undefined;
  /** Bytes transferred by the time of each check, the oldest first, for one period of the transfer rate. */
  private readonly samples: { at: number; transferred: number }[] = [];

  /**
   * @param onTimeout ends the attempt
   * @param options.totalMs limit of the whole attempt, in ms; 0: none
   */
  constructor(
    private readonly onTimeout: (error: AttemptTimeout) => void,
    { totalMs = 0, limits = ATTEMPT_LIMITS, timers = SYSTEM_TIMERS }: GuardOptions = {},
  ) {
    this.limits = limits;
    this.timers = timers;
    this.cancelHead = this.endAfter(limits.headMs);
    if (totalMs > 0) this.cancelTotal = this.endAfter(totalMs);
  }

  /** The head of the response is complete; its body follows. */
  headArrived(): void {
    this.cancelHead();
    this.watchTransfer();
  }

  /** The body of the request is sent; its parts are passed to `took`. */
  sendingBody(): void {
    this.cancelHead();
    this.watchTransfer();
  }

  /** The body of the request was sent: the head of the response is due. */
  sentBody(): void {
    this.cancelChecks?.();
    this.cancelHead = this.endAfter(this.limits.headMs);
  }

  /** The other side of the transfer, such as a disk, is busy: its time does not count. */
  pause(): void {
    this.pausedAt = this.timers.now();
  }

  resume(): void {
    const paused = this.timers.now() - (this.pausedAt ?? this.timers.now());
    this.pausedAt = undefined;
    this.lastByteAt += paused;
    for (const sample of this.samples) sample.at += paused;
  }

  /** A part of the body was transferred. */
  took(bytes: number): void {
    this.transferred += bytes;
    this.lastByteAt = this.timers.now();
  }

  /** The attempt has ended. */
  stop(): void {
    this.cancelHead();
    this.cancelTotal?.();
    this.cancelChecks?.();
  }

  private watchTransfer(): void {
    this.cancelChecks?.();
    this.samples.length = 0;
    this.transferred = 0;
    const { idleMs, rateWindowMs } = this.limits;
    this.lastByteAt = this.timers.now();
    this.samples.push({ at: this.lastByteAt, transferred: 0 });
    const interval = Math.min(CHECK_MS, idleMs / CHECKS_PER_PERIOD, rateWindowMs / CHECKS_PER_PERIOD);
    this.cancelChecks = this.timers.every(interval, () => this.check());
  }

  private check(): void {
    if (this.pausedAt !== undefined) return;
    const now = this.timers.now();
    const { idleMs, rateWindowMs, minimumRate } = this.limits;
    if (now - this.lastByteAt >= idleMs) return this.end(`nothing transferred for ${idleMs / 1000} s`);
    this.samples.push({ at: now, transferred: this.transferred });
    // The oldest sample that is kept is at least one period old, if there is one.
    while (this.samples[1] && now - this.samples[1].at >= rateWindowMs) this.samples.shift();
    const { at, transferred } = this.samples[0]!;
    const ms = now - at;
    if (ms >= rateWindowMs && ((this.transferred - transferred) / ms) * 1000 < minimumRate)
      this.end(`less than ${minimumRate} bytes per second transferred for ${rateWindowMs / 1000} s`);
  }

  private endAfter(ms: number): () => void {
    return this.timers.after(ms, () => this.end(`no answer within ${ms / 1000} s`));
  }

  private end(message: string): void {
    this.stop();
    this.error = new AttemptTimeout(message);
    this.onTimeout(this.error);
  }
}
