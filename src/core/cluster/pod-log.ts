import type { ClusterApi } from './api.js';
import { objectPath, type ObjectReference } from './objects.js';

/**
 * Follows the log of a pod until its container ends or `signal` aborts.
 * @param options the container, if the pod has several
 * @returns the log in chunks
 * @throws ApiError when the log cannot be read
 */
export async function* followPodLog(
  api: ClusterApi,
  { resource, name, namespace }: ObjectReference,
  { container, signal }: { container?: string; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const path = `${objectPath(resource, name, namespace)}/log`;
  const stream = await api.stream(path, { query: { follow: true, container }, timeoutMs: 0, signal });
  try {
    yield* stream.chunks;
  } finally {
    stream.close();
  }
}
