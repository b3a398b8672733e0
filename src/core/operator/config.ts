import { setTimeout as sleep } from 'node:timers/promises';
import { RegadmError } from '../model/errors.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import { apiError } from '../cluster/api-error.js';
import { serverTime } from '../cluster/server-time.js';

export const CONFIG_PATH = '/apis/imageregistry.operator.openshift.io/v1/configs/cluster';
export const CONFIG_NAME = 'configs.imageregistry.operator.openshift.io/cluster';

/** The operator's config object, as far as regadm reads it. */
export interface RegistryConfig extends KubeObject {
  spec?: { readOnly?: boolean; managementState?: string; replicas?: number; [key: string]: unknown };
  status?: { conditions?: Condition[]; [key: string]: unknown };
}

export interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

export interface ConfigReading {
  config: RegistryConfig;
  /** The API server's clock (its `Date` header), in milliseconds since 1970; ours where it sends none. */
  serverTime: number;
}

/** Reads the registry's config object. @throws RegadmError NO_REGISTRY_OPERATOR when there is none, ApiError */
export async function readConfig(api: ClusterApi, signal?: AbortSignal): Promise<ConfigReading> {
  const response = await api.request('GET', CONFIG_PATH, { signal });
  if (response.status === 404) {
    throw new RegadmError(`${CONFIG_NAME} does not exist: this cluster has no image registry operator`, {
      code: 'NO_REGISTRY_OPERATOR',
      suggestions: [
        'a registry without the operator can be pruned with --storage DIR --read-only=skip while nobody pushes',
      ],
    });
  }
  if (response.status !== 200) throw apiError(response, `cannot read ${CONFIG_NAME}`);
  return { config: response.json<RegistryConfig>(), serverTime: serverTime(response) ?? Date.now() };
}

/** So often is a change tried anew when somebody else changed the object in between. */
const CONFLICT_TRIES = 20;

/**
 * Changes the config object by a merge patch that holds only for the state that `change` has seen.
 * @param change what to patch, given the object as it is now; undefined: nothing to do. It may throw to refuse
 * @returns the object as it is then
 * @throws ApiError
 */
export async function changeConfig(
  api: ClusterApi,
  change: (reading: ConfigReading) => object | undefined,
): Promise<ConfigReading> {
  for (let attempt = 1; ; attempt++) {
    const reading = await readConfig(api);
    const patch = change(reading) as { metadata?: object } | undefined;
    if (!patch) return reading;
    const body = {
      ...patch,
      metadata: { ...patch.metadata, resourceVersion: reading.config.metadata.resourceVersion },
    };
    const response = await api.request('PATCH', CONFIG_PATH, { body, contentType: 'application/merge-patch+json' });
    if (response.status === 200)
      return { config: response.json<RegistryConfig>(), serverTime: serverTime(response) ?? Date.now() };
    // A conflict may also be our own patch, carried out though its answer was lost: `change` sees that.
    if (response.status !== 409 || attempt === CONFLICT_TRIES) throw apiError(response, `cannot change ${CONFIG_NAME}`);
    await sleep(50 * attempt);
  }
}

/** The operator's `spec.managementState`; empty counts as Managed. */
export function managementState(config: RegistryConfig): string {
  return config.spec?.managementState || 'Managed';
}

/** A condition of the operator that is True, e.g. `Degraded`. */
export function conditionTrue(config: RegistryConfig, type: string): Condition | undefined {
  return config.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}
