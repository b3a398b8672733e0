import type { ClusterApi } from '../../cluster/api.js';
import type { MergePatch } from '../../cluster/change-object.js';
import { notAwaited } from '../../cluster/not-awaited.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, hasCode, messageOf } from '../../model/errors.js';
import { changeConfig, readConfig, type ConfigReading } from '../config.js';
import { listRegistryPods } from '../pods.js';
import { describeHolder, thisHolder, type Holder } from '../../kit/holder.js';
import { Lookout } from './lookout.js';
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
import { lockedError, possiblyLocked } from './refusal.js';

/**
 * The lock on the registry for one hard prune: an annotation on the config object, renewed while this process lives.
 */
export class Lease {
  /** True if another user has ended the read-only mode before this run restored the former mode. */
  readOnlyEndedByOthers = false;
  private readonly timer: NodeJS.Timeout;
  private readonly clock = ageClock();
  private renewedAt = this.clock();
  private renewing?: Promise<void>;
  private lost?: RegadmError;
  /** When this run last saw that it can rely on the lock and on the mode. */
  private seenAt = this.renewedAt;
  private readonly lookout = new Lookout(this.clock, () => this.look());
  /** Whose the annotation is, as it was last seen. */
  private owner: 'this run' | 'another run' | 'nobody' = 'this run';
  private readOnlyExpected = false;
  private readOnlyRequested = false;

  private constructor(
    private readonly api: ClusterApi,
    private current: LeaseRecord,
    private readonly onLost: (error: RegadmError) => void,
  ) {
    // The work continues meanwhile.
    const beside = notAwaited(api);
    this.timer = setInterval(() => void this.renew(beside).catch(() => {}), RENEW_MS);
    this.timer.unref();
  }

  get record(): LeaseRecord {
    return this.current;
  }

  /** True if the annotation no longer belongs to this run. */
  get isTaken(): boolean {
    return this.owner !== 'this run';
  }

  /** True if another run holds the lock: it restores the registry then. */
  get isTakenOver(): boolean {
    return this.owner === 'another run';
  }

  /** True if the annotation was removed, and no other run has taken the lock: nobody else restores the registry. */
  get isRemoved(): boolean {
    return this.owner === 'nobody';
  }

  /** True if this run has, or can have, set the read-only mode. */
  get hasChangedMode(): boolean {
    return this.current.changesMode && this.readOnlyRequested;
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
    if (!record) return undefined;
    const lease = new Lease(api, record, onLost);
    lease.readOnlyRequested = record.changesMode;
    return lease;
  }

  /** Sets whether the registry leaving read-only mode counts as a loss of the lock. */
  expectReadOnly(expected: boolean): void {
    this.readOnlyExpected = expected;
    this.seenAt = this.clock();
  }

  /** Records that this run requests read-only mode. What it has not set, it does not restore without its lock. */
  markReadOnlyRequested(): void {
    this.readOnlyRequested = true;
  }

  /**
   * Makes sure that this run can still rely on the lock and on the mode: looks at both, at most once per second.
   * @throws RegadmError LEASE_LOST
   */
  mayContinue = async (): Promise<void> => {
    if (this.lost) throw this.lost;
    if (this.clock() - this.renewedAt >= TRUST_MS) await this.renew();
    await this.lookout.lookIfDue();
  };

  /** Does the same, whenever the last look was: before the first and after the last deletion. @throws RegadmError */
  async assertKept(): Promise<void> {
    if (this.lost) throw this.lost;
    await this.lookout.lookNow();
  }

  /** Records the pod in which the registry's pruner is about to be started. @throws RegadmError LEASE_LOST */
  async recordPod(pod: LeaseRecord['pod']): Promise<void> {
    await this.update({ pod });
  }

  /** Renews the annotation and checks that the registry is still locked by this run. @throws RegadmError LEASE_LOST */
  renew(api = this.api): Promise<void> {
    this.renewing ??= this.update({}, api).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /**
   * Changes the config object in the same request that proves that no other run holds the lock. If the annotation was
   * removed, it is written again first, so that `--recover` can restore the registry after a crash or a failure.
   * @throws RegadmError LEASE_LOST if another run holds the lock; ApiError
   */
  async change(patch: (reading: ConfigReading) => MergePatch | undefined = () => undefined): Promise<void> {
    await changeConfig(this.api, (reading) => {
      const lock = this.takeBack(reading);
      const change = patch(reading);
      return lock || change ? { ...lock, ...change } : undefined;
    });
    this.owner = 'this run';
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

  private async update(change: Partial<LeaseRecord>, api = this.api): Promise<void> {
    try {
      const sentAt = this.clock();
      await changeConfig(api, (reading) => {
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

  /** @throws RegadmError LEASE_LOST if the registry is no longer locked by this run, or no longer read-only */
  assertHeld({ config }: ConfigReading): void {
    const holder = this.holderIn(config);
    if (this.owner !== 'this run')
      throw this.lose(holder ? `${describeHolder(holder)} has taken it over` : 'its annotation was removed');
    if (this.readOnlyExpected && config.spec?.readOnly !== true) throw this.loseMode();
  }

  private holderIn(config: ConfigReading['config']): Holder | undefined {
    const holder = leaseOf(config)?.holder;
    this.owner = !holder ? 'nobody' : holder.id === this.current.holder.id ? 'this run' : 'another run';
    return holder;
  }

  /** Returns the patch that writes the annotation again; undefined if this run still holds the lock. */
  private takeBack(reading: ConfigReading): MergePatch | undefined {
    const { config } = reading;
    const holder = this.holderIn(config);
    if (this.owner === 'another run')
      throw new RegadmError(`${describeHolder(holder!)} has taken the registry lock`, { code: 'LEASE_LOST' });
    if (this.owner === 'this run') return undefined;
    // Without a lock, the mode is only this run's to restore while it is as this run has set it.
    const changesMode = this.hasChangedMode && config.spec?.readOnly === true;
    this.current = { ...this.current, changesMode, ...renewalAt(reading) };
    return annotationPatch(this.current);
  }

  /** Looks at the lock and at the mode, of the pods too. A failed look is tolerated like a failed renewal. */
  private async look(): Promise<void> {
    const startedAt = this.clock();
    try {
      this.assertHeld(await readConfig(this.api));
      const writable = this.readOnlyExpected && (await listRegistryPods(this.api)).find(({ readOnly }) => !readOnly);
      if (writable) throw this.loseMode(`pod ${writable.name} accepts pushes`);
      this.seenAt = startedAt;
    } catch (error) {
      if (this.lost) throw this.lost;
      const isCertain = hasCode(error, 'LEASE_UNREADABLE') || hasCode(error, 'NO_REGISTRY_OPERATOR');
      if (!isCertain && this.clock() - this.seenAt < TRUST_MS) return;
      throw this.lose(isCertain ? messageOf(error) : `it could not be checked: ${messageOf(error)}`);
    }
  }

  private loseMode(detail?: string): RegadmError {
    this.readOnlyEndedByOthers = true;
    return this.lose(`another user has ended the read-only mode${detail ? `: ${detail}` : ''}`);
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
