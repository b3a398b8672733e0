import { ADVICE } from '../../model/advice.js';
import { EXIT, RegadmError, refusal, withAdvice } from '../../model/errors.js';
import type { ConfigReading } from '../config.js';
import { FRESH_MS, describeLease, isFresh, leaseOf, type LeaseRecord } from './record.js';

/**
 * Refuses while the registry is locked.
 * @throws RegadmError HARD_PRUNE_UNDERWAY, HARD_PRUNE_UNFINISHED (exit status 4)
 */
export function assertUnlocked(reading: ConfigReading): void {
  const record = leaseOf(reading.config);
  if (record) throw lockedError(record, reading.serverTime);
}

/** Returns the error for a registry that another run has locked, or that a killed run has left locked. */
export function lockedError(record: LeaseRecord, serverTime: number): RegadmError {
  if (isFresh(record, serverTime)) return underwayError(record, serverTime);
  const who = describeLease(record, serverTime);
  return refusal('HARD_PRUNE_UNFINISHED', `an earlier hard prune did not finish: ${who}`, [ADVICE.recover]);
}

/** The error about a registry that a running hard prune has locked. */
export function underwayError(record: LeaseRecord, serverTime: number): RegadmError {
  const who = describeLease(record, serverTime);
  return refusal('HARD_PRUNE_UNDERWAY', `a hard prune is under way: ${who}`, [ADVICE.recoverLater(FRESH_MS / 1000)]);
}

/** Adds advice to the error of a request that can have locked the registry. A refusal has its own. */
export function possiblyLocked(cause: unknown): unknown {
  if (!(cause instanceof RegadmError) || cause.exitCode === EXIT.refused) return cause;
  return withAdvice(cause, [ADVICE.recoverIfLockKept]);
}
