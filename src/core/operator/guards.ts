import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import { ADVICE } from '../model/advice.js';
import { refusal } from '../model/errors.js';
import { degradedReason, managementState, readConfig, type RegistryConfig } from './config.js';
import { CONFIG_NAME } from './objects.js';
import { isUsable, listRegistryPods, type RegistryPod } from './pods.js';
import { findPruners } from './pruner/process.js';
import { missingForRollout, modeRollout, readDeployment } from './rollout.js';

/** What to do if the operator does not manage the registry, for the command that changes the mode, by its purpose. */
const NOT_MANAGED_ADVICE = {
  mode: { removed: ADVICE.modeOfNoRegistry, other: ADVICE.manageMode },
  'hard-prune': { removed: ADVICE.storageOfNoRegistry, other: ADVICE.manage },
} as const;

/**
 * Refuses to change the mode if the operator would not apply the change.
 * @param purpose of the command: the remedies name its flags
 * @throws RegadmError NOT_MANAGED, OPERATOR_DEGRADED (exit status 4)
 */
export function assertModeCanChange(config: RegistryConfig, purpose: keyof typeof NOT_MANAGED_ADVICE): void {
  const state = managementState(config);
  if (state !== 'Managed') {
    const { removed, other } = NOT_MANAGED_ADVICE[purpose];
    throw refusal(
      'NOT_MANAGED',
      `${CONFIG_NAME} has ${state ? `managementState ${state}` : 'no managementState'}: the operator would not apply a change of the mode`,
      [state === 'Removed' ? removed : other],
    );
  }
  const degraded = degradedReason(config.status?.conditions);
  if (degraded) {
    throw refusal('OPERATOR_DEGRADED', degraded, [
      'a roll-out would probably fail; repair the operator first: oc describe clusteroperator image-registry',
    ]);
  }
}

/**
 * Refuses a registry that is not in read-only mode, in its spec and in every existing pod.
 * @throws RegadmError READ_ONLY_REQUIRED (exit status 4)
 */
export async function assertReadOnlyNow(api: ClusterApi): Promise<void> {
  const { config } = await readConfig(api);
  const missing =
    config.spec?.readOnly === true
      ? missingForRollout(await readDeployment(api), await listRegistryPods(api), modeRollout(true))
      : 'spec.readOnly is not set';
  if (!missing) return;
  throw refusal('READ_ONLY_REQUIRED', `the registry is not in read-only mode: ${missing}`, [ADVICE.startReadOnly]);
}

/**
 * Refuses while a pruner that an earlier run started is still deleting in a pod: it decided before the most recent
 * pushes.
 * @throws RegadmError PRUNER_RUNNING (exit status 4)
 */
export async function assertNoPruner(api: ClusterApi, reporter: Reporter): Promise<void> {
  for (const pod of (await listRegistryPods(api)).filter(isUsable)) {
    const pids = await findPruners(api, pod);
    if (pids.length > 0) throw prunerRunning(pod, pids);
    reporter.log(4, `no pruner runs in pod ${pod.name}`);
  }
}

function prunerRunning(pod: RegistryPod, pids: number[]): Error {
  return refusal(
    'PRUNER_RUNNING',
    `the registry's pruner is still running in pod ${pod.name} (process ${pids.join(', ')}); an earlier run started it`,
    [ADVICE.recoverAfterEnd],
  );
}
