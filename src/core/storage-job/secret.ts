import type { ClusterApi } from '../cluster/api.js';
import { findObject } from '../cluster/objects.js';
import { RegadmError, messageOf } from '../model/errors.js';
import type { KubeObject } from '../model/kube.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { secretNamed } from '../operator/registry-storage/reader.js';
import { secretNeeds } from './credentials.js';
import type { Place } from './place.js';
import type { StorageJobRequest } from './request.js';

/** The Secret as the cluster has it; `unread` is why it could not be read. */
type FoundSecret = { keys: readonly string[] | undefined } | { unread: string };

/**
 * Looks up which keys the Secret of a request has, for warnings only: it can be created later.
 * @throws the signal's reason when it aborts
 */
export async function findSecretKeys(
  api: ClusterApi,
  { credentialsSecret: name }: StorageJobRequest,
  signal: AbortSignal,
): Promise<FoundSecret> {
  if (name === undefined) return { keys: [] };
  try {
    const secret = await findObject<KubeObject & { data?: object }>(api, secretNamed(name), { signal, retry: false });
    return { keys: secret && Object.keys(secret.data ?? {}) };
  } catch (error) {
    if (!(error instanceof RegadmError)) throw error;
    signal.throwIfAborted();
    return { unread: messageOf(error) };
  }
}

/** Returns what is wrong with the Secret of a request, and how to create it. */
export function secretNotes(request: StorageJobRequest, place: Place, found: FoundSecret): string[] {
  const { credentialsSecret: name } = request;
  if (name === undefined) return [];
  const { required, oneOf, usual } = secretNeeds(request, place);
  const create = `create it: oc -n ${REGISTRY_NAMESPACE} create secret generic ${name} ${usual.map((key) => `--from-literal=${key}=…`).join(' ')}`;
  if ('unread' in found)
    return usual.length > 0 ? [`hint: Secret ${name} must have ${needsIn({ required, oneOf })}; ${create}`] : [];
  const { keys } = found;
  const missing = required.filter((key) => !keys?.includes(key));
  const hasNone = oneOf.length > 0 && !oneOf.some((key) => keys?.includes(key));
  if (keys === undefined)
    return usual.length > 0
      ? [`warning: Secret ${name} does not exist in ${REGISTRY_NAMESPACE}: ${effectOf(missing)}; ${create}`]
      : [`warning: Secret ${name} does not exist in ${REGISTRY_NAMESPACE}: runs are without it`];
  if (missing.length === 0 && !hasNone) return [];
  const lacks = needsIn({ required: missing, oneOf: hasNone ? oneOf : [] });
  return [`warning: Secret ${name} in ${REGISTRY_NAMESPACE} lacks ${lacks}: ${effectOf(missing)}`];
}

function needsIn({ required, oneOf }: { required: string[]; oneOf: string[] }): string {
  const keys = required.length > 0 ? [`the key${required.length > 1 ? 's' : ''} ${required.join(', ')}`] : [];
  return [...keys, ...(oneOf.length > 0 ? [`one of the keys ${oneOf.join(', ')}`] : [])].join(' and ');
}

function effectOf(missing: string[]): string {
  return missing.length > 0 ? 'the pod of the Job does not start' : 'a run has no credentials';
}
