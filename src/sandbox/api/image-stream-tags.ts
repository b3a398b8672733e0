import type { SandboxRequest, SandboxResponse } from '../http/response.js';
import { deleteOptions } from './deletion.js';
import type { Route } from './routes.js';
import { notFound, successResponse } from './status.js';
import type { Store } from './store.js';

interface Tagged {
  tags?: { tag?: string; name?: string }[];
}

/** Deletes a tag from the spec and status of its stream, as `oc delete istag NAME:TAG` does. @throws ApiStatus 404 */
export function deleteStreamTag(store: Store, route: Route, request: SandboxRequest): SandboxResponse {
  const [streamName = '', tag = ''] = (route.name ?? '').split(':');
  const streams = store.resource('imagestreams');
  const stream = store.find(streams, route.namespace, streamName);
  const status = stream?.status as Tagged | undefined;
  if (!stream || !status?.tags?.some((item) => item.tag === tag)) throw notFound(route.definition, route.name ?? '');
  if (deleteOptions(request).dryRun) return successResponse();
  const spec = stream.spec as Tagged | undefined;
  store.write(streams, {
    ...stream,
    spec: { ...spec, ...(spec?.tags ? { tags: spec.tags.filter((item) => item.name !== tag) } : {}) },
    status: { ...status, tags: status.tags.filter((item) => item.tag !== tag) },
  });
  return successResponse();
}
