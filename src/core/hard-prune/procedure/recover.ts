import { CHANGE_MODE, assertPermissions } from '../../operator/permissions.js';
import { ADVICE } from '../../model/advice.js';
import { remediesOf } from '../../model/document.js';
import { RegadmError } from '../../model/errors.js';
import { OBSERVATION } from '../../operator/lease/abandoned.js';
import { reportClocks } from '../../operator/clocks.js';
import { readConfig, type ConfigReading } from '../../operator/config.js';
import { assertImagesSurvive } from '../../operator/ephemeral-storage.js';
import { Lease } from '../../operator/lease/lease.js';
import { isFresh, leaseOf } from '../../operator/lease/record.js';
import { findDeployment } from '../../operator/rollout.js';
import type { HardPrunePorts } from '../ports.js';
import type { RecoveryRequest } from '../request.js';
import type { ProcedureStep } from './step.js';
import { restore } from './restore.js';
import { Steps } from './steps.js';

export interface RecoverResult {
  /** False when there was nothing to recover. */
  found: boolean;
  steps: ProcedureStep[];
}

type RecoveryPorts = Omit<HardPrunePorts, 'signal' | 'pruneImages'>;

/**
 * Restores the registry after a hard prune that was killed: stops its pruner, removes its binding, restores the mode,
 * releases the lock. Can be repeated, even if it was killed itself.
 * @throws RegadmError HARD_PRUNE_UNDERWAY (exit status 4) while the other run can still be working; EPHEMERAL_STORAGE
 *   (exit status 4); RECOVERY_INCOMPLETE
 */
export async function recoverHardPrune(
  ports: RecoveryPorts,
  { timeoutMs, acceptDataLoss }: RecoveryRequest,
): Promise<RecoverResult> {
  const { api, reporter, emptyCache } = ports;
  await assertPermissions(api, CHANGE_MODE);
  const reading = await readConfig(api);
  reportClocks(reading, reporter);
  await checkVolume(ports, reading, acceptDataLoss);
  if (leaseOf(reading.config))
    reporter.note(`about to restore the registry of ${api.server} to its state before an unfinished hard prune`);
  const lease = await Lease.takeOver(api, () => {}, { ...OBSERVATION, onStart: reporter.note });
  const steps = new Steps(reporter);
  if (!lease) {
    if (reading.config.spec?.readOnly === true) reporter.note(`hint: ${ADVICE.readOnlyWithoutLock}`);
    return { found: false, steps: steps.records };
  }
  if (lease.record.emptiesCache && !emptyCache)
    reporter.warning(
      'that run had to empty a cache in Redis: pass the same --redis-url, or run regadm registry restart --redis-url URL',
    );
  const failures = await restore({ api, lease, steps, reporter, timeoutMs, emptyCache, prunerMayRun: true });
  lease.abandon();
  if (failures.length === 0) return { found: true, steps: steps.records };
  throw new RegadmError(`the registry could not be restored: ${failures.map(({ message }) => message).join('; ')}`, {
    code: 'RECOVERY_INCOMPLETE',
    suggestions: remediesOf(failures),
  });
}

/**
 * Refuses a change of the mode that would delete all images. Restoring everything else and leaving the mode would hide
 * that the registry is still read-only. A lock that another run still holds has its own refusal.
 */
async function checkVolume({ api, reporter }: RecoveryPorts, reading: ConfigReading, accepted: boolean): Promise<void> {
  const { config, serverTime } = reading;
  const record = leaseOf(config);
  if (!record?.changesMode || isFresh(record, serverTime)) return;
  if ((config.spec?.readOnly ?? null) === record.previousReadOnly) return;
  const losses = assertImagesSurvive({ config, deployment: await findDeployment(api) }, accepted);
  for (const loss of losses) reporter.warning(loss);
}
