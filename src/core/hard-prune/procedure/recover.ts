import { CHANGE_MODE, assertPermissions } from '../../operator/permissions.js';
import { RegadmError, suggestionsOf } from '../../model/errors.js';
import { OBSERVATION } from '../../operator/lease/abandoned.js';
import { reportClocks } from '../../operator/clocks.js';
import { readConfig } from '../../operator/config.js';
import { Lease } from '../../operator/lease/lease.js';
import type { HardPrunePorts } from '../ports.js';
import type { ProcedureStep } from './step.js';
import { restore } from './restore.js';
import { Steps } from './steps.js';

export interface RecoverResult {
  /** False when there was nothing to recover. */
  found: boolean;
  steps: ProcedureStep[];
}

/**
 * Restores the registry after a hard prune that was killed: stops its pruner, removes its binding, restores the mode,
 * releases the lock. Can be repeated, even if it was killed itself.
 * @param timeoutMs timeout of the roll-out, in ms
 * @throws RegadmError HARD_PRUNE_UNDERWAY (exit status 4) while the other run can still be working; RECOVERY_INCOMPLETE
 */
export async function recoverHardPrune(
  { api, reporter, emptyCache }: Omit<HardPrunePorts, 'signal' | 'pruneImages'>,
  timeoutMs: number,
): Promise<RecoverResult> {
  await assertPermissions(api, CHANGE_MODE);
  reportClocks(await readConfig(api), reporter);
  const lease = await Lease.takeOver(api, () => {}, { ...OBSERVATION, onStart: reporter.note });
  const steps = new Steps(reporter);
  if (!lease) return { found: false, steps: steps.records };
  if (lease.record.emptiesCache && !emptyCache)
    reporter.warning(
      'that run had to empty a cache in Redis: pass the same --redis-url, or run regadm registry restart --redis-url URL',
    );
  const failures = await restore({ api, lease, steps, reporter, timeoutMs, emptyCache, prunerMayRun: true });
  lease.abandon();
  if (failures.length === 0) return { found: true, steps: steps.records };
  throw new RegadmError(`the registry could not be restored: ${failures.map(({ message }) => message).join('; ')}`, {
    code: 'RECOVERY_INCOMPLETE',
    suggestions: suggestionsOf(failures),
  });
}
