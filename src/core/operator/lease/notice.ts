import type { ClusterApi } from '../../cluster/api.js';
import { serverTime } from '../../cluster/server-time.js';
import type { Reporter } from '../../kit/reporter.js';
import { CONFIG_PATH, type RegistryConfig } from '../config.js';
import { describeLease, isFresh, leaseOf } from './record.js';
import { ADVICE } from '../../model/advice.js';

/** Timeout of the request, in ms: a notice must not delay a command. */
const TIMEOUT_MS = 5000;

/**
 * Returns what every command that connects to a cluster prints on stderr while a hard prune is under way or was left
 * unfinished. Sends one request; undefined for a user who cannot read the registry's config object. Never throws.
 */
export async function pendingRecoveryNotice(api: ClusterApi): Promise<string | undefined> {
  try {
    const response = await api.request('GET', CONFIG_PATH, { retry: false, timeoutMs: TIMEOUT_MS });
    if (response.status !== 200) return undefined;
    const record = leaseOf(response.json<RegistryConfig>());
    if (!record) return undefined;
    const now = serverTime(response) ?? Date.now();
    const holder = describeLease(record, now);
    return isFresh(record, now)
      ? `note: a hard prune is under way; the registry can be read-only: ${holder}`
      : `warning: a hard prune did not finish; the registry can still be read-only: ${holder}; ${ADVICE.unfinishedHardPrune}`;
  } catch (error) {
    return (error as { code?: string }).code === 'LEASE_UNREADABLE'
      ? `warning: ${(error as Error).message}`
      : undefined;
  }
}

/** Reports a hard prune that is under way or did not finish. Never throws. */
export async function reportRecovery(api: ClusterApi, reporter: Reporter): Promise<void> {
  const notice = await pendingRecoveryNotice(api);
  if (notice) reporter.note(notice);
}
