import { ageClock } from '../kit/clock.js';
import { thisHolder } from '../kit/holder.js';
import { SYSTEM_TIMERS, type Timers } from '../kit/timers.js';
import type { RegadmError } from '../model/errors.js';
import type { StorageTrash } from '../storage/trash.js';
import {
  LEASE_FILE,
  LEASE_TIMING,
  formatLease,
  inUse,
  isHeld,
  leaseLost,
  parseLease,
  type LeaseRecord,
  type LeaseTiming,
} from './lease-file.js';

type LeaseStorage = Pick<StorageTrash, 'now' | 'readFile' | 'replaceFile'>;

interface LeaseOptions {
  signal?: AbortSignal;
  timing?: LeaseTiming;
  timers?: Timers;
  /** Clock for the age of renewals, in ms: it counts the time in which the process or the machine slept. */
  age?: () => number;
}

/** Number of attempts to take a lease that others take or release at the same time. */
const ATTEMPTS = 5;

/**
 * The lease on the trash of a storage: one run at a time changes it. It is renewed while this process lives. Every
 * write of the file replaces exactly the version that was seen before, so of two runs only one can have the lease.
 */
export class TrashLease {
  private readonly stopTimer: () => void;
  private renewing: Promise<void> | undefined;
  private lost: RegadmError | undefined;
  /** True if the last renewal may have been written, without a response that states the version. */
  private isUncertain = false;

  private constructor(
    private readonly storage: LeaseStorage,
    private record: LeaseRecord,
    private written: Written,
    private readonly options: Required<Omit<LeaseOptions, 'signal'>>,
  ) {
    this.stopTimer = options.timers.every(options.timing.renewMs, () => void this.renew().catch(() => {}));
  }

  /**
   * Takes the lease.
   * @throws RegadmError TRASH_IN_USE (exit status 4) while another run has it; the storage's error
   */
  static async take(storage: LeaseStorage, options: LeaseOptions = {}): Promise<TrashLease> {
    const { signal, timing = LEASE_TIMING, timers = SYSTEM_TIMERS, age = ageClock() } = options;
    const holder = thisHolder();
    let other: LeaseRecord | undefined;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const file = await storage.readFile(LEASE_FILE, signal);
      const written = { at: age(), monotonic: timers.now() };
      const now = await storage.now(signal);
      other = file && parseLease(file.content);
      if (other && isHeld(other, now, timing)) throw inUse(other);
      signal?.throwIfAborted();
      const record = { holder, takenAt: now, renewedAt: now };
      const version = await storage.replaceFile(LEASE_FILE, formatLease(record), file?.version);
      if (version !== undefined)
        return new TrashLease(storage, record, { version, ...written }, { timing, timers, age });
    }
    throw other ? inUse(other) : leaseLost();
  }

  /** Returns the time of the storage's clock, in ms since the epoch: that of the last renewal plus its age. */
  now(): number {
    return Math.round(this.record.renewedAt + this.options.timers.now() - this.written.monotonic);
  }

  /**
   * Makes sure that this run has the lease. Without a recent renewal, it is renewed first, which fails if any other run
   * has taken it meanwhile.
   * @throws RegadmError TRASH_LEASE_LOST; the storage's error
   */
  async assertHeld(): Promise<void> {
    if (this.lost) throw this.lost;
    if (this.options.age() - this.written.at >= this.options.timing.trustMs) await this.renew();
  }

  /** Releases the lease. If that fails, others can take it when it expires. */
  async release(): Promise<void> {
    this.stopTimer();
    await this.renewing?.catch(() => {});
    if (this.lost) return;
    await this.storage.replaceFile(LEASE_FILE, formatLease(), this.written.version).catch(() => {});
  }

  private renew(): Promise<void> {
    this.renewing ??= this.write().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async write(): Promise<void> {
    if (this.lost) throw this.lost;
    if (this.isUncertain) await this.readBack();
    // Taken before the storage's clock is read: the renewal is at least as old as it seems to this run.
    const written = { at: this.options.age(), monotonic: this.options.timers.now() };
    const record = { ...this.record, renewedAt: await this.storage.now() };
    this.isUncertain = true;
    const version = await this.storage.replaceFile(LEASE_FILE, formatLease(record), this.written.version);
    this.isUncertain = false;
    if (version === undefined) throw (this.lost = leaseLost());
    this.record = record;
    this.written = { version, ...written };
  }

  /** Finds out whether a renewal without a response was written. */
  private async readBack(): Promise<void> {
    const file = await this.storage.readFile(LEASE_FILE);
    if (!file || parseLease(file.content)?.holder.id !== this.record.holder.id) throw (this.lost = leaseLost());
    this.written = { ...this.written, version: file.version };
    this.isUncertain = false;
  }
}

/** The last renewal: the version of the file, and when it was begun, by two clocks of this process. */
interface Written {
  version: string;
  /** By the clock for ages, which can run ahead. */
  at: number;
  /** By the monotonic clock. */
  monotonic: number;
}
