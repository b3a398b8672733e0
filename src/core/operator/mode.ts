import { isConflict, isForbidden } from '../cluster/api-error.js';
import type { ClusterApi } from '../cluster/api.js';
import type { MergePatch } from '../cluster/change-object.js';
import type { Reporter } from '../kit/reporter.js';
import { ADVICE } from '../model/advice.js';
import { EXIT, RegadmError, hasCode, withAdvice } from '../model/errors.js';
import type { Condition } from '../model/kube.js';
import { changeConfig, managementState, readConfig, type ConfigReading, type RegistryConfig } from './config.js';
import { assertImagesSurvive } from './ephemeral-storage.js';
import { assertModeCanChange } from './guards.js';
import { assertUnlocked } from './lease/refusal.js';
import { CHANGE_MODE, assertPermissions } from './permissions.js';
import { listRegistryPods, type RegistryPod } from './pods.js';
import {
  findDeployment,
  missingForRollout,
  modeRollout,
  readDeployment,
  unseenByOperator,
  waitForRollout,
} from './rollout.js';

/** The registry's mode, as its config object and its pods show it. */
export interface RegistryMode {
  /** `spec.readOnly`. */
  readOnly: boolean;
  /** `spec.readOnly` before this command. */
  previous: boolean;
  managementState: string;
  pods: RegistryPod[];
  conditions: Condition[];
  /** What a roll-out of this mode is waiting for; undefined when every pod has the mode. */
  pending?: string;
}

/** Reads the mode; changes nothing. @throws RegadmError, ApiError */
export async function readMode(api: ClusterApi): Promise<RegistryMode> {
  const { config } = await readConfig(api);
  return modeOf(api, config, config.spec?.readOnly === true);
}

interface ChangeModeOptions {
  /** Waits until every pod has the mode. */
  wait: boolean;
  /** Timeout of the roll-out, in ms. */
  timeoutMs: number;
  /** Rolls out a registry whose storage ends with its pods. */
  acceptDataLoss: boolean;
  reporter: Pick<Reporter, 'note' | 'progress' | 'warning'>;
  signal?: AbortSignal;
}

/**
 * Switches the registry's mode. Changes nothing when the registry already has it.
 * @throws RegadmError NOT_MANAGED, OPERATOR_DEGRADED, HARD_PRUNE_UNDERWAY, EPHEMERAL_STORAGE (exit status 4),
 *   ROLLOUT_TIMEOUT, ROLLOUT_STUCK; an error after the change states that the request stays set
 */
export async function changeMode(
  api: ClusterApi,
  readOnly: boolean,
  { wait, timeoutMs, acceptDataLoss, reporter, signal }: ChangeModeOptions,
): Promise<RegistryMode> {
  const before = await readMode(api);
  if (before.readOnly === readOnly && !before.pending) return before;
  await assertPermissions(api, CHANGE_MODE);
  const deployment = await findDeployment(api, signal);
  let losses: string[] = [];
  let patched = false;
  const change = (reading: ConfigReading): MergePatch | undefined => {
    if ((reading.config.spec?.readOnly === true) === readOnly) return undefined;
    assertModeCanChange(reading.config, 'mode');
    assertUnlocked(reading);
    losses = assertImagesSurvive({ config: reading.config, deployment }, acceptDataLoss);
    if (!patched)
      reporter.note(`about to switch the registry of ${api.server} to ${readOnly ? 'read-only' : 'read-write'} mode`);
    patched = true;
    return { spec: { readOnly } };
  };
  signal?.throwIfAborted();
  const { config } = await changeConfig(api, change).catch((error: unknown) => {
    throw patched ? possiblyChanged(error, readOnly) : error;
  });
  for (const loss of losses) reporter.warning(loss);
  try {
    if (wait && managementState(config) === 'Managed')
      await waitForRollout(api, { ...modeRollout(readOnly), timeoutMs, signal, reporter });
    return await modeOf(api, (await readConfig(api)).config, before.readOnly);
  } catch (error) {
    const cause: unknown = signal?.aborted ? signal.reason : error;
    throw (await hasRequest(api, readOnly)) ? requestStays(cause, readOnly, losses.length > 0) : requestGone(cause);
  }
}

/** True unless the config shows that another user has changed the request since. */
async function hasRequest(api: ClusterApi, readOnly: boolean): Promise<boolean> {
  const reading = await readConfig(api).catch(() => undefined);
  return reading === undefined || (reading.config.spec?.readOnly === true) === readOnly;
}

function requestGone(cause: unknown): unknown {
  return cause instanceof RegadmError ? withAdvice(cause, [ADVICE.modeChangedByOthers]) : cause;
}

/** Adds that the request stays set, and how to undo it, to an error after the change. */
function requestStays(cause: unknown, readOnly: boolean, losesImages: boolean): unknown {
  if (!(cause instanceof RegadmError)) return cause;
  const stays = ADVICE.modeStays(readOnly, losesImages);
  return withAdvice(cause, cause.suggestions.length > 0 ? [stays] : [ADVICE.showRollout, stays]);
}

/** Adds advice to the error of a change that the API server can have made. */
function possiblyChanged(cause: unknown, readOnly: boolean): unknown {
  if (isForbidden(cause) || isConflict(cause) || !(cause instanceof RegadmError)) return cause;
  return cause.exitCode === EXIT.refused ? cause : withAdvice(cause, [ADVICE.modeUncertain(readOnly)]);
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
    pending:
      managementState(config) === 'Removed'
        ? undefined
        : (unseenByOperator(config) ?? (await pendingOf(api, pods, readOnly))),
  };
}

async function pendingOf(api: ClusterApi, pods: RegistryPod[], readOnly: boolean): Promise<string | undefined> {
  try {
    return missingForRollout(await readDeployment(api), pods, modeRollout(readOnly));
  } catch (error) {
    if (hasCode(error, 'NO_REGISTRY_DEPLOYMENT')) return 'the deployment image-registry does not exist';
    throw error;
  }
}
