import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../cluster/api.js';
import { readConfig, type ConfigReading } from '../config.js';
import { FRESH_MS, canBeFresh, isFresh, leaseOf, type LeaseRecord } from './record.js';
import { underwayError } from './refusal.js';

/** How a lock is watched whose times prove nothing. Tests shorten both times. */
export interface Observation {
  /** Time in which the holder must renew the lock, in ms. */
  durationMs: number;
  /** Pause between two looks, in ms. */
  pauseMs: number;
  onStart?(text: string): void;
}

export const OBSERVATION: Observation = { durationMs: FRESH_MS, pauseMs: 2000 };

/**
 * Makes sure that nobody relies on a lock any longer. Its last renewal must be old by the API server's clock. If it is
 * not old by another clock, the holder's or this machine's, one of them is wrong, and the lock is watched until its
 * holder must have renewed it.
 * @returns the record that nobody relies on; undefined when the registry is not locked
 * @throws RegadmError HARD_PRUNE_UNDERWAY (exit status 4)
 */
export async function findAbandoned(api: ClusterApi, observation: Observation): Promise<LeaseRecord | undefined> {
  const reading = await readConfig(api);
  const record = leaseOf(reading.config);
  if (!record) return undefined;
  if (isFresh(record, reading.serverTime)) throw underwayError(record, reading.serverTime);
  if (canBeFresh(record, reading)) await observe(api, record, observation);
  return record;
}

async function observe(api: ClusterApi, record: LeaseRecord, observation: Observation): Promise<void> {
  const { durationMs, pauseMs, onStart } = observation;
  onStart?.(`the clocks differ: waiting ${Math.round(durationMs / 1000)} s to see whether the lock is still renewed`);
  const end = performance.now() + durationMs;
  while (performance.now() < end) {
    await sleep(pauseMs);
    const reading = await readConfig(api);
    assertUnchanged(record, reading);
  }
}

/** @throws RegadmError HARD_PRUNE_UNDERWAY when the lock was renewed or taken since */
export function assertUnchanged(record: LeaseRecord, { config, serverTime }: ConfigReading): void {
  const current = leaseOf(config);
  if (current && (current.holder.id !== record.holder.id || current.renewedAt !== record.renewedAt))
    throw underwayError(current, serverTime);
}
