import { isCertainlyDead, type Holder } from '../kit/holder.js';
import { RegadmError, refusal } from '../model/errors.js';
import { isRecord } from '../model/values/json.js';
import { describeHolder } from '../kit/holder.js';
import { isTime } from './format/fields.js';

/** Name of the file: small, because it is written every few seconds. */
export const LEASE_FILE = 'lease.json';

/** Time limits of a lease, in ms. */
export interface LeaseTiming {
  /** Interval of renewals. */
  renewMs: number;
  /** The holder relies on its own renewal for this long: long before others can take the lease over. */
  trustMs: number;
  /** Without a renewal for this long, by the storage's clock, others can take it over. */
  expiresMs: number;
}

export const LEASE_TIMING: LeaseTiming = { renewMs: 15_000, trustMs: 30_000, expiresMs: 60_000 };

/** Who holds the lease of a storage. */
export interface LeaseRecord {
  holder: Holder;
  /** Times by the storage's clock, in ms since the epoch. */
  takenAt: number;
  renewedAt: number;
}

/** Returns the content of the file; without a record, nobody holds the lease. */
export const formatLease = (record?: LeaseRecord): Buffer => Buffer.from(JSON.stringify({ version: 1, ...record }));

/**
 * Reads the file.
 * @returns undefined if nobody holds the lease
 * @throws RegadmError TRASH_IN_USE if it is not readable: then another run can hold it
 */
export function parseLease(content: Buffer): LeaseRecord | undefined {
  const record = jsonOf(content);
  if (!isRecord(record) || record.version !== 1) throw unknownLease();
  if (record.holder === undefined) return undefined;
  const { holder, takenAt, renewedAt } = record;
  if (!isHolder(holder) || !isTime(takenAt) || !isTime(renewedAt)) throw unknownLease();
  return { holder, takenAt, renewedAt };
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString('utf8'));
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is Holder {
  if (!isRecord(value)) return false;
  const { id, host, pid, process } = value;
  if (typeof id !== 'string' || typeof host !== 'string' || !Number.isInteger(pid)) return false;
  return process === undefined || typeof process === 'string';
}

/**
 * True if the holder can still be working. A renewal in the future counts only if it is near: a holder that works
 * renews the lease soon after the storage's clock was set back.
 * @param now the storage's clock
 */
export function isHeld({ holder, renewedAt }: LeaseRecord, now: number, { expiresMs } = LEASE_TIMING): boolean {
  return Math.abs(now - renewedAt) < expiresMs && !isCertainlyDead(holder);
}

/** Describes a refusal: another run holds the lease. */
export function inUse({ holder, takenAt }: LeaseRecord): RegadmError {
  return refusal(
    'TRASH_IN_USE',
    `another run changes the trash of this storage: ${describeHolder(holder)}, since ${new Date(takenAt).toISOString()}`,
    ['wait until it has ended, then run this command again; if it was killed, wait 60 s'],
  );
}

function unknownLease(): RegadmError {
  return refusal('TRASH_IN_USE', `regadm/${LEASE_FILE} in this storage is damaged, or of another version of regadm`, [
    'make sure that no regadm uses this storage, then delete that file',
  ]);
}

/** Describes that another run has the lease now, or that nobody can tell. */
export function leaseLost(cause?: unknown): RegadmError {
  return new RegadmError(
    'this run has lost its lease on the trash of the storage, because it was stopped for too long, or the file was changed',
    {
      code: 'TRASH_LEASE_LOST',
      suggestions: ['if no other regadm uses this storage, run the command again: it continues where this run stopped'],
      cause,
    },
  );
}
