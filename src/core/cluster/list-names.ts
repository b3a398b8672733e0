import { isRecord, listOf } from '../model/values/json.js';
import type { ClusterApi } from './api.js';
import { listPath, type Resource } from './resources.js';

/** Asks for names only. Servers that do not know this form send whole objects. */
const NAMES_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/**
 * Lists the names of objects with one request that is not repeated. Decide nothing by them: names can be missing.
 * @returns undefined if the server does not list them, whatever the reason
 * @throws RegadmError if the server cannot be reached
 */
export async function listNames(
  api: ClusterApi,
  resource: Resource,
  { namespace, timeoutMs }: { namespace?: string; timeoutMs: number },
): Promise<string[] | undefined> {
  const headers = { Accept: NAMES_ONLY };
  const response = await api.request('GET', listPath(resource, namespace), { headers, timeoutMs, retry: false });
  if (response.status !== 200) return undefined;
  const { items } = response.json<{ items?: unknown }>();
  const names = listOf(items).map((item) =>
    isRecord(item) && isRecord(item.metadata) ? item.metadata.name : undefined,
  );
  return names.filter((name): name is string => typeof name === 'string');
}
