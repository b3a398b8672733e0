import type { ClusterApi } from '../cluster/api.js';
import { serverTime } from '../cluster/server-time.js';
import { CONFIG_PATH, type RegistryConfig } from './config.js';
import { describeLease, isFresh, leaseOf } from './lease-record.js';

/**
 * What every command that talks to a cluster says on stderr while a hard prune is under way or was left unfinished.
 * One request; a user who may not read the registry's config gets no notice. Never throws.
 */
export async function pendingRecoveryNotice(api: ClusterApi): Promise<string | undefined> {
  try {
    const response = await api.request('GET', CONFIG_PATH, { retry: false, timeoutMs: 5000 });
    if (response.status !== 200) return undefined;
    const record = leaseOf(response.json<RegistryConfig>());
    if (!record) return undefined;
    const now = serverTime(response) ?? Date.now();
    return isFresh(record, now)
      ? `note: a hard prune is under way, the registry may be read-only: ${describeLease(record, now)}`
      : `warning: a hard prune was not finished, the registry may still be read-only: ${describeLease(record, now)}; run: regadm prune hard --recover`;
  } catch (error) {
    return (error as { code?: string }).code === 'LEASE_UNREADABLE'
      ? `warning: ${(error as Error).message}`
      : undefined;
  }
}
