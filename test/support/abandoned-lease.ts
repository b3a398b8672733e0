import type { LeaseRecord } from '../../src/core/operator/lease/record.js';

/** The annotation of the registry's config that holds the lock of a hard prune. */
export const LEASE_ANNOTATION = 'regadm/hard-prune';

/** Returns the lock of a hard prune that was killed years ago on another host. */
export function abandonedLease(): LeaseRecord {
  return {
    version: 1,
    holder: { id: 'dead', host: 'another-host', pid: 1 },
    startedAt: '2020-01-01T00:00:00Z',
    renewedAt: '2020-01-01T00:00:00Z',
    previousReadOnly: null,
    changesMode: true,
  };
}
