import type { ClusterApi } from '../../cluster/api.js';
import { RegadmError } from '../../model/errors.js';
import { Lease } from '../../operator/lease.js';
import { CHANGE_MODE, assertPermissions } from '../../operator/permissions.js';
import { putBack } from './put-back.js';
import { Steps } from './steps.js';
import type { StepRecord } from '../report.js';
import type { Reporter } from '../../kit/reporter.js';

export interface RecoverResult {
  /** False: there was nothing to recover. */
  found: boolean;
  steps: StepRecord[];
}

/**
 * Finishes what a hard prune left behind that was killed: ends its pruner, restores the mode, removes its binding and its annotation.
 * Safe to run again, also after it was itself killed.
 * @throws RegadmError HARD_PRUNE_UNDERWAY (exit status 4) while the other run may still be at work; RECOVERY_INCOMPLETE
 */
export async function recoverHardPrune(
  api: ClusterApi,
  options: { timeoutMs: number; emptyCache?: () => Promise<number> },
  report: Reporter,
): Promise<RecoverResult> {
  await assertPermissions(api, CHANGE_MODE);
  const lease = await Lease.takeOver(api, () => {});
  const steps = new Steps(report);
  if (!lease) return { found: false, steps: steps.records };
  if (lease.record.emptiesCache && !options.emptyCache)
    report.warning(
      'that run was to empty a Redis: pass the same --redis-url, or run regadm registry restart --redis-url URL',
    );
  const failures = await putBack(api, lease, { ...options, prunerMayRun: true }, steps, report);
  lease.abandon();
  if (failures.length === 0) return { found: true, steps: steps.records };
  throw new RegadmError(`not everything could be put back: ${failures.map(({ message }) => message).join('; ')}`, {
    code: 'RECOVERY_INCOMPLETE',
    suggestions: [...failures.flatMap(({ suggestions }) => suggestions), 'run regadm prune hard --recover again'],
  });
}
