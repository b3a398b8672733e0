import type { ClusterApi } from '../../cluster/api.js';
import { ADVICE } from '../../model/advice.js';
import { EXIT, RegadmError, messageOf, withAdvice } from '../../model/errors.js';
import { changeConfig, type ConfigReading } from '../config.js';
import { thisHolder } from './holder.js';
import {
  RENEW_MS,
  TRUST_MS,
  annotationPatch,
  leaseOf,
  newRecord,
  renewalAt,
  type LeaseRecord,
  type LeaseTerms,
} from './record.js';
import { OBSERVATION, assertUnchanged, findAbandoned, type Observation } from './abandoned.js';
import { ageClock } from '../../kit/clock.js';
import { lockedError } from './refusal.js';

/**
 * The lock on the registry for one hard prune: an annotation on the config object, renewed while this process lives.
 */
export class Lease {
  private readonly timer: NodeJS.Timeout;
  private readonly clock = ageClock();
  private renewedAt = this.clock();
  private renewing?: Promise<void>;
  private lost?: RegadmError;
  private taken = false;
  private readOnlyExpected = false;

  private constructor(
    private readonly api: ClusterApi,
    private current: LeaseRecord,
    private readonly onLost: (error: RegadmError) => void,
  ) {
    this.timer = setInterval(() => void this.renew().catch(() => {}), RENEW_MS);
    this.timer.unref();
  }

  get record(): LeaseRecord {
    return this.current;
  }

  /** True if the annotation no longer belongs to this run: another run restores the registry then. */
  get isTaken(): boolean {
    return this.taken;
  }

  /**
   * Locks the registry. An existing annotation is never overwritten.
   * @param onLost called once, if the lock is lost
   * @throws RegadmError HARD_PRUNE_UNDERWAY, HARD_PRUNE_UNFINISHED (exit status 4); RegadmError with advice if the
   *   registry can be locked although the response does not state it
   */
  static async take(api: ClusterApi, terms: LeaseTerms, onLost: (error: RegadmError) => void): Promise<Lease> {
    const holder = thisHolder();
    let record: LeaseRecord | undefined;
    const patch = (reading: ConfigReading): object | undefined => {
      const existing = leaseOf(reading.config);
      if (existing?.holder.id === holder.id) return undefined;
      if (existing) throw lockedError(existing, reading.serverTime);
      record = newRecord(holder, terms, reading);
      return annotationPatch(record);
    };
    await changeConfig(api, patch).catch((error: unknown) => {
      throw record ? possiblyLocked(error) : error;
    });
    return new Lease(api, record!, onLost);
  }

  /**
   * Takes over the lock of another run to restore the registry.
   * @returns undefined when the registry is not locked
   * @throws RegadmError HARD_PRUNE_UNDERWAY while the other run can still be working
   */
  static async takeOver(
    api: ClusterApi,
    onLost: (error: RegadmError) => void,
    observation: Observation = OBSERVATION,
  ): Promise<Lease | undefined> {
    const holder = thisHolder();
    const abandoned = await findAbandoned(api, observation);
    if (!abandoned) return undefined;
    let record: LeaseRecord | undefined;
    await changeConfig(api, (reading) => {
      const existing = leaseOf(reading.config);
      if (!existing) return void (record = undefined);
      if (existing.holder.id === holder.id) return undefined;
      assertUnchanged(abandoned, reading);
      record = { ...existing, holder, ...renewalAt(reading) };
      return annotationPatch(record);
    });
    return record && new Lease(api, record, onLost);
  }

  /** Sets whether the registry leaving read-only mode counts as a loss of the lock. */
  expectReadOnly(expected: boolean): void {
    this.readOnlyExpected = expected;
  }

  /** Returns at once if the lease was renewed recently, renews it otherwise. @throws RegadmError LEASE_LOST */
  mayContinue = async (): Promise<void> => {
    if (this.lost) throw this.lost;
    if (this.clock() - this.renewedAt >= TRUST_MS) await this.renew();
  };

  /** Records the pod in which the registry's pruner is about to be started. @throws RegadmError LEASE_LOST */
  async recordPod(pod: LeaseRecord['pod']): Promise<void> {
    await this.update({ pod });
  }

  /** Renews the annotation and checks that the registry is still locked by this run. @throws RegadmError LEASE_LOST */
  renew(): Promise<void> {
    this.renewing ??= this.update({}).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /** Stops renewing and leaves the annotation for `--recover`. */
  abandon(): void {
    clearInterval(this.timer);
  }

  /** Unlocks the registry, unless another run has taken the lock. */
  async release(): Promise<void> {
    this.abandon();
    await this.renewing?.catch(() => {});
    await changeConfig(this.api, ({ config }) =>
      leaseOf(config)?.holder.id === this.current.holder.id ? annotationPatch(undefined) : undefined,
    );
  }

  private async update(change: Partial<LeaseRecord>): Promise<void> {
    try {
      const sentAt = this.clock();
      await changeConfig(this.api, (reading) => {
        this.assertHeld(reading);
        this.current = { ...this.current, ...change, ...renewalAt(reading) };
        return annotationPatch(this.current);
      });
      this.renewedAt = sentAt;
    } catch (error) {
      // A later request can still succeed, as long as nobody else can take over the lock.
      if (this.lost || this.clock() - this.renewedAt < TRUST_MS) throw this.lost ?? error;
      throw this.lose(`it could not be renewed: ${messageOf(error)}`);
    }
  }

  private assertHeld({ config }: ConfigReading): void {
    const holder = leaseOf(config)?.holder;
    this.taken = holder?.id !== this.current.holder.id;
    if (this.taken)
      throw this.lose(
        holder ? `regadm on ${holder.host} (process ${holder.pid}) has taken it over` : 'its annotation was removed',
      );
    if (this.readOnlyExpected && config.spec?.readOnly !== true)
      throw this.lose('another user has ended the read-only mode');
  }

  private lose(why: string): RegadmError {
    this.lost ??= new RegadmError(`the hard prune has lost the registry lock: ${why}`, {
      code: 'LEASE_LOST',
      suggestions: [ADVICE.recoverIfLocked],
    });
    this.onLost(this.lost);
    return this.lost;
  }
}

/** Adds advice to the error of a request that can have locked the registry. A refusal has its own. */
function possiblyLocked(cause: unknown): unknown {
  if (!(cause instanceof RegadmError) || cause.exitCode === EXIT.refused) return cause;
  return withAdvice(cause, [ADVICE.recoverIfLockKept]);
}
