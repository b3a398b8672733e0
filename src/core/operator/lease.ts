import type { ClusterApi } from '../cluster/api.js';
import { changeConfig, type ConfigReading } from './config.js';
import { RegadmError, messageOf, refusal } from '../model/errors.js';
import { BINDING_PREFIX } from './binding.js';
import { thisHolder, type Holder } from './holder.js';
import {
  FRESH_MS,
  LEASE_ANNOTATION,
  RENEW_MS,
  TRUST_MS,
  describeLease,
  isFresh,
  leaseOf,
  type LeaseRecord,
} from './lease-record.js';

/** Holds the registry for one hard prune: the annotation on the config object, renewed as long as this process lives. */
export class Lease {
  private readonly timer: NodeJS.Timeout;
  private renewedAt = Date.now();
  private renewing?: Promise<void>;
  private lost?: RegadmError;
  /** True when the annotation is another's now: then putting things back is theirs. */
  isOthers = false;
  private expectsReadOnly = false;

  private constructor(
    private readonly api: ClusterApi,
    public record: LeaseRecord,
    /** Told once, when the lease turns out to be lost. */
    private readonly onLost: (error: RegadmError) => void,
  ) {
    this.timer = setInterval(() => void this.renew().catch(() => {}), RENEW_MS);
    this.timer.unref();
  }

  /**
   * Writes the annotation. One that is there already is never overwritten.
   * @throws RegadmError HARD_PRUNE_UNDERWAY, HARD_PRUNE_UNFINISHED (exit status 4)
   */
  static async take(
    api: ClusterApi,
    wanted: { changesMode(readOnly: boolean): boolean; binding: boolean; emptiesCache: boolean },
    onLost: (error: RegadmError) => void,
  ): Promise<Lease> {
    const holder = thisHolder();
    let record: LeaseRecord | undefined;
    await changeConfig(api, (reading) => {
      const existing = leaseOf(reading.config);
      if (existing?.holder.id === holder.id) return undefined;
      if (existing) throw heldError(existing, reading);
      const now = new Date(reading.serverTime).toISOString();
      const previousReadOnly = reading.config.spec?.readOnly ?? null;
      record = {
        version: 1,
        holder,
        startedAt: now,
        renewedAt: now,
        previousReadOnly,
        changesMode: wanted.changesMode(previousReadOnly === true),
        ...(wanted.emptiesCache ? { emptiesCache: true } : {}),
        ...(wanted.binding ? { binding: `${BINDING_PREFIX}${holder.id}` } : {}),
      };
      return annotate(record);
    });
    return new Lease(api, record!, onLost);
  }

  /**
   * Takes over what another run left behind, in order to finish it.
   * @returns undefined when there is nothing
   * @throws RegadmError HARD_PRUNE_UNDERWAY while its holder may still be at work
   */
  static async takeOver(api: ClusterApi, onLost: (error: RegadmError) => void): Promise<Lease | undefined> {
    const holder = thisHolder();
    let record: LeaseRecord | undefined;
    await changeConfig(api, (reading) => {
      const existing = leaseOf(reading.config);
      if (!existing) return void (record = undefined);
      if (existing.holder.id === holder.id) return undefined;
      if (isFresh(existing, reading.serverTime)) throw heldError(existing, reading);
      record = { ...existing, holder, renewedAt: new Date(reading.serverTime).toISOString() };
      return annotate(record);
    });
    return record && new Lease(api, record, onLost);
  }

  /** From now on, the registry leaving read-only mode counts as a loss of the lease. */
  expectReadOnly(expected: boolean): void {
    this.expectsReadOnly = expected;
  }

  /** Returns at once while the lease was renewed of late, renews it otherwise. @throws RegadmError LEASE_LOST */
  mayGoOn = async (): Promise<void> => {
    if (this.lost) throw this.lost;
    if (Date.now() - this.renewedAt < TRUST_MS && Date.now() >= this.renewedAt) return;
    await this.renew();
  };

  /** Records where the registry's pruner is started, before it is. */
  async recordPod(pod: LeaseRecord['pod']): Promise<void> {
    await this.update({ pod });
  }

  /** Renews the annotation, and sees that all is as it should be. @throws RegadmError LEASE_LOST */
  renew(): Promise<void> {
    this.renewing ??= this.update({}).finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  /** Ends renewing without removing the annotation: `--recover` finds it. */
  abandon(): void {
    clearInterval(this.timer);
  }

  /** Removes the annotation, if it is still ours. */
  async release(): Promise<void> {
    this.abandon();
    await this.renewing?.catch(() => {});
    await changeConfig(this.api, ({ config }) =>
      leaseOf(config)?.holder.id === this.record.holder.id
        ? { metadata: { annotations: { [LEASE_ANNOTATION]: null } } }
        : undefined,
    );
  }

  private async update(change: Partial<LeaseRecord>): Promise<void> {
    try {
      const sentAt = Date.now();
      await changeConfig(this.api, ({ config, serverTime }) => {
        this.assertOurs(
          config.metadata.annotations?.[LEASE_ANNOTATION] === undefined ? undefined : leaseOf(config)?.holder,
          config.spec?.readOnly === true,
        );
        this.record = { ...this.record, ...change, renewedAt: new Date(serverTime).toISOString() };
        return annotate(this.record);
      });
      this.renewedAt = sentAt;
    } catch (error) {
      // A failed request may be followed by a good one, as long as nobody else may take the lease over.
      if (this.lost || Date.now() - this.renewedAt < TRUST_MS) throw this.lost ?? error;
      throw this.lose(`it could not be renewed: ${messageOf(error)}`);
    }
  }

  private assertOurs(holder: Holder | undefined, readOnly: boolean): void {
    this.isOthers = holder?.id !== this.record.holder.id;
    if (this.isOthers)
      throw this.lose(
        holder
          ? `regadm on ${holder.host} (process ${holder.pid}) has taken it over`
          : 'its annotation has been removed',
      );
    if (this.expectsReadOnly && !readOnly) throw this.lose('somebody has ended the read-only mode');
  }

  private lose(why: string): RegadmError {
    this.lost ??= new RegadmError(`the hard prune has lost its hold on the registry: ${why}`, {
      code: 'LEASE_LOST',
      suggestions: [
        'deleting was stopped; look at the state with regadm registry readonly, and run regadm prune hard --recover if it says so',
      ],
    });
    this.onLost(this.lost);
    return this.lost;
  }
}

const annotate = (record: LeaseRecord): object => ({
  metadata: { annotations: { [LEASE_ANNOTATION]: JSON.stringify(record) } },
});

/** @throws RegadmError HARD_PRUNE_UNDERWAY, HARD_PRUNE_UNFINISHED (exit status 4) while the annotation is there */
export function assertNotHeld(reading: ConfigReading): void {
  const record = leaseOf(reading.config);
  if (record) throw heldError(record, reading);
}

function heldError(record: LeaseRecord, { serverTime }: ConfigReading): RegadmError {
  const who = describeLease(record, serverTime);
  if (isFresh(record, serverTime)) {
    return refusal('HARD_PRUNE_UNDERWAY', `a hard prune is under way: ${who}`, [
      `wait for it to end; if it has died, regadm prune hard --recover works ${FRESH_MS / 1000} s after its last sign of life`,
    ]);
  }
  return refusal('HARD_PRUNE_UNFINISHED', `an earlier hard prune was not finished: ${who}`, [
    'put everything back first: regadm prune hard --recover',
  ]);
}
