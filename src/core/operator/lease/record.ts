import { RegadmError } from '../../model/errors.js';
import { BINDING_PREFIX } from '../binding.js';
import type { ConfigReading, RegistryConfig } from '../config.js';
import { describeHolder, isCertainlyDead, type Holder } from '../../kit/holder.js';
import { CONFIG_NAME } from '../objects.js';

/** The annotation on the config object that locks the registry for a hard prune. */
export const LEASE_ANNOTATION = 'regadm/hard-prune';

/** Interval between renewals, in ms. */
export const RENEW_MS = 60_000;
/**
 * Time since the last renewal after which the holder itself no longer relies on the lease, in ms. Shorter than
 * `FRESH_MS`.
 */
export const TRUST_MS = 90_000;
/** Time since the last renewal after which others may take over the lease, in ms. */
export const FRESH_MS = 120_000;

/** Everything that any machine needs to restore the registry. */
export interface LeaseRecord {
  version: 1;
  holder: Holder;
  startedAt: string;
  /** By the API server's clock. */
  renewedAt: string;
  /** The same by the clock of the holder's machine: it shows that one of the two is wrong. */
  renewedAtLocally?: string;
  /** `spec.readOnly` before the run; null: it was not set. */
  previousReadOnly: boolean | null;
  /** True if the run changes the mode, or is about to. */
  changesMode: boolean;
  /** True if the run was started with a cache in Redis to empty; its address is not recorded. */
  emptiesCache?: boolean;
  /** The cluster role binding that the run creates, or is about to. */
  binding?: string;
  /** The pod in which the run started the registry's pruner. */
  pod?: { name: string; uid: string; containerId?: string };
}

/** The changes that a run plans when it takes the lock. */
export interface LeaseTerms {
  /** Returns true if the run will change the mode of a registry that is (or is not) read-only now. */
  changesMode(readOnly: boolean): boolean;
  /** The run will create a cluster role binding. */
  binding: boolean;
  emptiesCache: boolean;
}

/** Makes the record of a run that takes the lock. */
export function newRecord(holder: Holder, terms: LeaseTerms, reading: ConfigReading): LeaseRecord {
  const { config } = reading;
  const renewal = renewalAt(reading);
  const previousReadOnly = config.spec?.readOnly ?? null;
  return {
    version: 1,
    holder,
    startedAt: renewal.renewedAt,
    ...renewal,
    previousReadOnly,
    changesMode: terms.changesMode(previousReadOnly === true),
    ...(terms.emptiesCache ? { emptiesCache: true } : {}),
    ...(terms.binding ? { binding: `${BINDING_PREFIX}${holder.id}` } : {}),
  };
}

/** Returns the times of a renewal. */
export function renewalAt({
  serverTime,
  localTime,
}: ConfigReading): Required<Pick<LeaseRecord, 'renewedAt' | 'renewedAtLocally'>> {
  return { renewedAt: new Date(serverTime).toISOString(), renewedAtLocally: new Date(localTime).toISOString() };
}

/** The merge patch that writes the annotation, or removes it. */
export const annotationPatch = (record: LeaseRecord | undefined): object => ({
  metadata: { annotations: { [LEASE_ANNOTATION]: record ? JSON.stringify(record) : null } },
});

/** Reads the record on a config object; undefined when there is none. @throws RegadmError LEASE_UNREADABLE */
export function leaseOf(config: RegistryConfig): LeaseRecord | undefined {
  const text = config.metadata.annotations?.[LEASE_ANNOTATION];
  if (text === undefined) return undefined;
  const record = parse(text);
  if (record) return record;
  throw new RegadmError(`the annotation ${LEASE_ANNOTATION} on ${CONFIG_NAME} cannot be read: ${text.slice(0, 200)}`, {
    code: 'LEASE_UNREADABLE',
    suggestions: [
      'set spec.readOnly as it should be, delete cluster role bindings labeled app.kubernetes.io/managed-by=regadm',
      `then remove the annotation: oc annotate ${CONFIG_NAME} ${LEASE_ANNOTATION}-`,
    ],
  });
}

function parse(text: string): LeaseRecord | undefined {
  try {
    const record = JSON.parse(text) as LeaseRecord;
    const known =
      record.version === 1 && typeof record.holder?.id === 'string' && !Number.isNaN(Date.parse(record.renewedAt));
    return known && (record.previousReadOnly === null || typeof record.previousReadOnly === 'boolean')
      ? record
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * True while the holder can still be working: it renewed the lease recently, and its process is not known to have
 * ended.
 */
export function isFresh(record: LeaseRecord, serverTime: number): boolean {
  return serverTime - Date.parse(record.renewedAt) < FRESH_MS && !isCertainlyDead(record.holder);
}

/**
 * True while the holder can still be working by any pair of clocks: its own or that of the API server that it used, and
 * this machine's or that of the API server that this machine uses. Only `isFresh` proves it, but if the clocks
 * disagree, nothing proves the contrary.
 */
export function canBeFresh(record: LeaseRecord, { serverTime, localTime }: ConfigReading): boolean {
  const { renewedAt, renewedAtLocally = renewedAt } = record;
  return [renewedAt, renewedAtLocally].some((time) =>
    [serverTime, localTime].some((now) => isFresh({ ...record, renewedAt: time }, now)),
  );
}

/** Describes the holder: `regadm on HOST (process 4711), since …, renewed 20 s ago`. */
export function describeLease(record: LeaseRecord, serverTime: number): string {
  const age = Math.max(0, Math.round((serverTime - Date.parse(record.renewedAt)) / 1000));
  return `${describeHolder(record.holder)}, since ${record.startedAt}, renewed ${age} s ago`;
}
