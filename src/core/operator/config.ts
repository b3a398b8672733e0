import { ApiError } from '../cluster/api-error.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { changeObject, type MergePatch } from '../cluster/change-object.js';
import { findObject, findReading, type Reading } from '../cluster/objects.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';
import type { Condition } from '../model/kube.js';
import { isAbsent } from '../model/values/json.js';
import { CONFIG, CONFIG_NAME } from './objects.js';

/** The operator's config object, with the fields that regadm reads. */
export interface RegistryConfig extends KubeObject {
  spec?: { readOnly?: boolean; managementState?: string; replicas?: number; [key: string]: unknown };
  status?: { conditions?: Condition[]; [key: string]: unknown };
}

export interface ConfigReading {
  config: RegistryConfig;
  /** The API server's clock, in ms since the epoch; this machine's clock where the server sends no Date header. */
  serverTime: number;
  /** This machine's clock when the response arrived, in ms since the epoch. */
  localTime: number;
}

/** Reads the registry's config object. @throws RegadmError NO_REGISTRY_OPERATOR when it does not exist, ApiError */
export async function readConfig(api: ClusterApi, signal?: AbortSignal): Promise<ConfigReading> {
  return toConfigReading(await readObject(api, signal));
}

async function readObject(api: ClusterApi, signal?: AbortSignal): Promise<Reading<RegistryConfig>> {
  const reading = await findReading<RegistryConfig>(api, CONFIG, { signal });
  if (reading) return reading;
  throw noOperator();
}

/** Creates the error for a cluster without the operator's config object. */
export function noOperator(): RegadmError {
  return new RegadmError(`${CONFIG_NAME} does not exist: this cluster has no image registry operator`, {
    code: 'NO_REGISTRY_OPERATOR',
    suggestions: [ADVICE.storageWithoutOperator],
  });
}

/**
 * Changes the config object by a merge patch that applies only to the state that `change` has seen.
 * @param change returns the patch for the object as it is now; undefined: there is nothing to change. It throws to
 *   refuse
 * @returns the object after the change
 * @throws ApiError, and what `change` throws
 */
export async function changeConfig(
  api: ClusterApi,
  change: (reading: ConfigReading) => MergePatch | undefined,
): Promise<ConfigReading> {
  const changed = await changeObject<RegistryConfig>(api, CONFIG, {
    read: () => readObject(api),
    patch: (reading) => change(toConfigReading(reading)),
  });
  return toConfigReading(changed);
}

/** Describes a registry that the operator has removed. */
export const REMOVED = 'the registry is removed (managementState Removed)';

/** Returns `spec.managementState`; empty if it is missing: the operator then changes nothing. */
export function managementState(config: RegistryConfig): string {
  return config.spec?.managementState ?? '';
}

/**
 * Reads the config object, which does not have to exist and to be readable.
 * @returns the object, or why it could not be read; neither if it does not exist
 */
export async function readConfigIfAllowed(
  api: ClusterApi,
  signal?: AbortSignal,
): Promise<{ config?: RegistryConfig; configError?: string }> {
  try {
    return { config: await findObject<RegistryConfig>(api, CONFIG, { signal }) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { configError: error.answer };
  }
}

/** Timeout of the request for the mode, in ms: it must not delay a dry run. */
const MODE_TIMEOUT_MS = 5000;

/** Tells whether `spec.readOnly` is set; undefined if the config cannot be read. Sends one request; never throws. */
export async function isSetReadOnly(api: ClusterApi, signal?: AbortSignal): Promise<boolean | undefined> {
  try {
    const options = { retry: false, timeoutMs: MODE_TIMEOUT_MS, signal };
    return (await findReading<RegistryConfig>(api, CONFIG, options))?.object.spec?.readOnly === true;
  } catch {
    return undefined;
  }
}

/**
 * Returns true once the operator has acted on this version of the config. It writes the generation into the status
 * after it has changed the Deployment; until then, it can still act on an earlier version. A config without that
 * status, and one that the operator ignores because it is not Managed, count as seen.
 */
export function isSeenByOperator(config: RegistryConfig): boolean {
  const seen = config.status?.observedGeneration;
  if (typeof seen !== 'number' || managementState(config) !== 'Managed') return true;
  return seen >= (config.metadata.generation ?? 0);
}

/** Returns the kinds of storage that `spec.storage` or `status.storage` names: normally one, such as `pvc`. */
export function storageKinds(storage: unknown): string[] {
  return Object.entries(storage ?? {})
    .filter(([key, settings]) => key !== 'managementState' && !isAbsent(settings))
    .map(([key]) => key);
}

/** Describes why the operator is Degraded; undefined when it is not. */
export function degradedReason(conditions: Condition[] = []): string | undefined {
  const degraded = conditions.find(({ type, status }) => type === 'Degraded' && status === 'True');
  if (!degraded) return undefined;
  const { reason = '', message } = degraded;
  return `the image registry operator is Degraded: ${reason}${message ? `: ${message}` : ''}`;
}

function toConfigReading({ object, serverTime }: Reading<RegistryConfig>): ConfigReading {
  const localTime = Date.now();
  return { config: object, serverTime: serverTime ?? localTime, localTime };
}
