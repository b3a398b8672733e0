import type { ClusterApi } from '../cluster/api.js';
import { isUsable, listRegistryPods, type RegistryPod } from './pods.js';
import { CONFIG_NAME, conditionTrue, managementState, readConfig, type RegistryConfig } from './config.js';
import { findPruners } from './pruner-process.js';
import { modeRollout, readDeployment, whatIsMissing } from './rollout.js';
import { refusal } from '../model/errors.js';
import type { Reporter } from '../kit/reporter.js';

/**
 * Refuses to change the mode where the operator would not carry it out.
 * @throws RegadmError NOT_MANAGED, OPERATOR_DEGRADED (exit status 4)
 */
export function assertModeCanChange(config: RegistryConfig): void {
  const state = managementState(config);
  if (state !== 'Managed') {
    throw refusal(
      'NOT_MANAGED',
      `${CONFIG_NAME} has managementState ${state}: the operator would not carry out a change of the mode`,
      [
        state === 'Removed'
          ? 'there is no registry; prune its volume with --storage DIR --read-only=skip'
          : `set it to Managed, or switch the registry by hand and use --read-only=required`,
      ],
    );
  }
  const degraded = conditionTrue(config, 'Degraded');
  if (degraded) {
    throw refusal(
      'OPERATOR_DEGRADED',
      `the image registry operator is Degraded: ${degraded.reason ?? ''}${degraded.message ? `: ${degraded.message}` : ''}`,
      ['a roll-out would probably not succeed; repair the operator first: oc describe clusteroperator image-registry'],
    );
  }
}

/**
 * Sees that the registry is in read-only mode already, in its spec and in every pod that exists.
 * @throws RegadmError READ_ONLY_REQUIRED (exit status 4)
 */
export async function assertReadOnlyNow(api: ClusterApi): Promise<void> {
  const { config } = await readConfig(api);
  const missing =
    config.spec?.readOnly === true
      ? whatIsMissing(await readDeployment(api), await listRegistryPods(api), modeRollout(true))
      : 'spec.readOnly is not set';
  if (!missing) return;
  throw refusal('READ_ONLY_REQUIRED', `the registry is not in read-only mode: ${missing}`, [
    'switch it first: regadm registry readonly on; or leave --read-only at auto',
  ]);
}

/**
 * A pruner that an earlier run left in a pod goes on deleting: its decisions are older than what has been pushed since.
 * @throws RegadmError PRUNER_RUNNING (exit status 4)
 */
export async function assertNoPruner(api: ClusterApi, report: Reporter): Promise<void> {
  for (const pod of (await listRegistryPods(api)).filter(isUsable)) {
    const pids = await findPruners(api, pod);
    if (pids.length > 0) throw prunerRunning(pod, pids);
    report.log(4, `no pruner runs in pod ${pod.name}`);
  }
}

function prunerRunning(pod: RegistryPod, pids: number[]): Error {
  return refusal(
    'PRUNER_RUNNING',
    `the registry's pruner still runs in pod ${pod.name} (process ${pids.join(', ')}), started earlier`,
    ['wait until it has ended, then try again; after a run that broke off: regadm prune hard --recover'],
  );
}
