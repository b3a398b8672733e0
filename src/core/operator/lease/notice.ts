import type { ClusterApi } from '../../cluster/api.js';
import { findReading } from '../../cluster/objects.js';
import type { Reporter } from '../../kit/reporter.js';
import type { RegistryConfig } from '../config.js';
import { describeLease, isFresh, leaseOf } from './record.js';
import { CONFIG } from '../objects.js';
import { ADVICE } from '../../model/advice.js';
import { hasCode, messageOf } from '../../model/errors.js';

/** Timeout of the request, in ms: a notice must not delay a command. */
const TIMEOUT_MS = 5000;

/**
 * Returns what every command that connects to a cluster prints on stderr while a hard prune is under way or was left
 * unfinished. Sends one request; undefined for a user who cannot read the registry's config object. Never throws.
 */
export async function pendingRecoveryNotice(api: ClusterApi): Promise<string | undefined> {
  try {
    const reading = await findReading<RegistryConfig>(api, CONFIG, { retry: false, timeoutMs: TIMEOUT_MS });
    const record = reading && leaseOf(reading.object);
    if (!record) return undefined;
    const now = reading.serverTime ?? Date.now();
    const holder = describeLease(record, now);
    return isFresh(record, now)
      ? `note: a hard prune is under way; the registry can be read-only: ${holder}`
      : `warning: a hard prune did not finish; the registry can still be read-only: ${holder}; ${ADVICE.unfinishedHardPrune}`;
  } catch (error) {
    return hasCode(error, 'LEASE_UNREADABLE') ? `warning: ${messageOf(error)}` : undefined;
  }
}

/** What a notice begins with if it is a warning. */
const WARNING = 'warning: ';

/** Reports a hard prune that is under way or did not finish. Never throws. */
export async function reportRecovery(api: ClusterApi, reporter: Reporter): Promise<void> {
  const notice = await pendingRecoveryNotice(api);
  if (notice?.startsWith(WARNING)) reporter.warning(notice.slice(WARNING.length));
  else if (notice) reporter.note(notice);
}
