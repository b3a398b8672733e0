import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiResponse, ClusterApi, KubeObject } from '../cluster/api.js';
import { apiError } from '../cluster/api-error.js';
import { serverTime } from '../cluster/server-time.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError } from '../model/errors.js';

export const CONFIG_PATH = '/apis/imageregistry.operator.openshift.io/v1/configs/cluster';
export const CONFIG_NAME = 'configs.imageregistry.operator.openshift.io/cluster';

/** The operator's config object, with the fields that regadm reads. */
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
  /** The API server's clock, in ms since the epoch; this machine's clock where the server sends no Date header. */
  serverTime: number;
}

/** Reads the registry's config object. @throws RegadmError NO_REGISTRY_OPERATOR when it does not exist, ApiError */
export async function readConfig(api: ClusterApi, signal?: AbortSignal): Promise<ConfigReading> {
  const response = await api.request('GET', CONFIG_PATH, { signal });
  if (response.status === 404) {
    throw new RegadmError(`${CONFIG_NAME} does not exist: this cluster has no image registry operator`, {
      code: 'NO_REGISTRY_OPERATOR',
      suggestions: [ADVICE.storageWithoutOperator],
    });
  }
  if (response.status !== 200) throw apiError(response, `cannot read ${CONFIG_NAME}`);
  return toReading(response);
}

/** Maximum attempts when concurrent updates cause conflicts. */
const CONFLICT_ATTEMPTS = 20;

/**
 * Changes the config object by a merge patch that applies only to the state that `change` has seen.
 * @param change returns the patch for the object as it is now; undefined: there is nothing to change. It throws to
 *   refuse
 * @returns the object after the change
 * @throws ApiError, and what `change` throws
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
    if (response.status === 200) return toReading(response);
    // The conflict can be with our own patch whose response was lost: `change` detects that in the next attempt.
    if (response.status !== 409 || attempt === CONFLICT_ATTEMPTS)
      throw apiError(response, `cannot change ${CONFIG_NAME}`);
    await sleep(50 * attempt);
  }
}

/** Returns the operator's `spec.managementState`; an empty one counts as Managed. */
export function managementState(config: RegistryConfig): string {
  return config.spec?.managementState || 'Managed';
}

/** Describes why the operator is Degraded; undefined when it is not. */
export function degradedReason(conditions: Condition[] = []): string | undefined {
  const degraded = conditions.find(({ type, status }) => type === 'Degraded' && status === 'True');
  if (!degraded) return undefined;
  const { reason = '', message } = degraded;
  return `the image registry operator is Degraded: ${reason}${message ? `: ${message}` : ''}`;
}

function toReading(response: ApiResponse): ConfigReading {
  return { config: response.json<RegistryConfig>(), serverTime: serverTime(response) ?? Date.now() };
}
