import { CONFIG_NAME, type RegistryConfig } from './config.js';
import { RegadmError } from '../model/errors.js';
import { isCertainlyDead, type Holder } from './holder.js';

/** The annotation on the config object that a hard prune leaves while it is under way. */
export const LEASE_ANNOTATION = 'regadm/hard-prune';

/** Renewed so often … */
export const RENEW_MS = 60_000;
/** … and not counted on any more by its own holder after so long without renewal, … */
export const TRUST_MS = 90_000;
/** … which is earlier than others may take it over. */
export const FRESH_MS = 120_000;

/** What any machine needs in order to put everything back. */
export interface LeaseRecord {
  version: 1;
  holder: Holder;
  startedAt: string;
  /** By the API server's clock. */
  renewedAt: string;
  /** `spec.readOnly` before; null: it was not set. */
  previousReadOnly: boolean | null;
  /** True when the mode is, or is about to be, changed. */
  changesMode: boolean;
  /** A Redis was to be emptied: `--recover` cannot know its address. */
  emptiesCache?: boolean;
  /** The cluster role binding that is, or is about to be, created. */
  binding?: string;
  /** The pod in which the registry's pruner was started. */
  pod?: { name: string; uid: string; containerId?: string };
}

/** The record on a config object; undefined when there is none. @throws RegadmError LEASE_UNREADABLE */
export function leaseOf(config: RegistryConfig): LeaseRecord | undefined {
  const text = config.metadata.annotations?.[LEASE_ANNOTATION];
  if (text === undefined) return undefined;
  const record = parse(text);
  if (record) return record;
  throw new RegadmError(`the annotation ${LEASE_ANNOTATION} on ${CONFIG_NAME} cannot be read: ${text.slice(0, 200)}`, {
    code: 'LEASE_UNREADABLE',
    suggestions: [
      'set spec.readOnly as it should be, delete cluster role bindings labelled app.kubernetes.io/managed-by=regadm',
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

/** True while its holder may still be at work: it was renewed of late, and its process is not known to have ended. */
export function isFresh(record: LeaseRecord, serverTime: number): boolean {
  return serverTime - Date.parse(record.renewedAt) < FRESH_MS && !isCertainlyDead(record.holder);
}

/** `regadm on HOST (process 4711), since …, renewed 20 s ago`. */
export function describeLease(record: LeaseRecord, serverTime: number): string {
  const age = Math.max(0, Math.round((serverTime - Date.parse(record.renewedAt)) / 1000));
  return `regadm on ${record.holder.host} (process ${record.holder.pid}), since ${record.startedAt}, renewed ${age} s ago`;
}
