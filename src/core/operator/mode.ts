import type { ClusterApi } from '../cluster/api.js';
import { listRegistryPods, type RegistryPod } from './pods.js';
import {
  changeConfig,
  conditionTrue,
  managementState,
  readConfig,
  type Condition,
  type RegistryConfig,
} from './config.js';
import { modeRollout, readDeployment, waitForRollout, whatIsMissing } from './rollout.js';
import { assertNotHeld } from './lease.js';
import { assertModeCanChange } from './guards.js';
import { CHANGE_MODE, assertPermissions } from './permissions.js';

/** The registry's mode, as its config and its pods have it. */
export interface RegistryMode {
  /** `spec.readOnly`. */
  readOnly: boolean;
  /** `spec.readOnly` before this command. */
  previous: boolean;
  managementState: string;
  pods: RegistryPod[];
  conditions: Condition[];
  /** What a roll-out of this mode still lacks; undefined when every pod has it. */
  pending?: string;
}

/** What is so now; nothing is changed. @throws RegadmError, ApiError */
export async function readMode(api: ClusterApi): Promise<RegistryMode> {
  const { config } = await readConfig(api);
  return modeOf(api, config, config.spec?.readOnly === true);
}

export interface ChangeModeOptions {
  wait: boolean;
  timeoutMs: number;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

/**
 * Switches the registry's mode and waits until every pod has it. Asking for the mode that is there changes nothing.
 * @throws RegadmError NOT_MANAGED, OPERATOR_DEGRADED, HARD_PRUNE_UNDERWAY (exit status 4), ROLLOUT_TIMEOUT, ROLLOUT_STUCK
 */
export async function changeMode(
  api: ClusterApi,
  readOnly: boolean,
  options: ChangeModeOptions,
): Promise<RegistryMode> {
  const before = await readMode(api);
  if (before.readOnly === readOnly && !before.pending) return before;
  await assertPermissions(api, CHANGE_MODE);
  const { config } = await changeConfig(api, (reading) => {
    if ((reading.config.spec?.readOnly === true) === readOnly) return undefined;
    assertModeCanChange(reading.config);
    assertNotHeld(reading);
    return { spec: { readOnly } };
  });
  if (options.wait && managementState(config) === 'Managed')
    await waitForRollout(api, { ...modeRollout(readOnly), ...options });
  return modeOf(api, (await readConfig(api)).config, before.readOnly);
}

async function modeOf(api: ClusterApi, config: RegistryConfig, previous: boolean): Promise<RegistryMode> {
  const readOnly = config.spec?.readOnly === true;
  const pods = await listRegistryPods(api);
  return {
    readOnly,
    previous,
    managementState: managementState(config),
    pods,
    conditions: config.status?.conditions ?? [],
    pending: managementState(config) === 'Removed' ? undefined : await pendingOf(api, pods, readOnly),
  };
}

async function pendingOf(api: ClusterApi, pods: RegistryPod[], readOnly: boolean): Promise<string | undefined> {
  try {
    return whatIsMissing(await readDeployment(api), pods, modeRollout(readOnly));
  } catch (error) {
    if ((error as { code?: string }).code === 'NO_REGISTRY_DEPLOYMENT') return 'there is no deployment image-registry';
    throw error;
  }
}

/** The operator says that something is wrong; undefined when not. */
export function degradedText({ conditions }: RegistryMode): string | undefined {
  const degraded = conditionTrue({ metadata: { name: 'cluster' }, status: { conditions } }, 'Degraded');
  return (
    degraded &&
    `the image registry operator is Degraded: ${degraded.reason ?? ''}${degraded.message ? `: ${degraded.message}` : ''}`
  );
}
