import type { SandboxRequest, SandboxResponse } from '../http/response.js';
import { deleteOptions } from './deletion.js';
import type { Route } from './routes.js';
import { conflict, notFound, successResponse } from './status.js';
import type { Store } from './store.js';

interface Tagged {
  tags?: { tag?: string; name?: string }[];
}

/**
 * Deletes a tag from the spec and status of its stream in one update, as `oc delete istag NAME:TAG` does. Of the
 * preconditions, the real server knows only the uid, which is that of the stream.
 * @throws ApiStatus 404 if neither has the tag, 409 for another uid
 * @see https://github.com/openshift/openshift-apiserver/blob/main/pkg/image/apiserver/registry/imagestreamtag/rest.go
 */
export function deleteStreamTag(store: Store, route: Route, request: SandboxRequest): SandboxResponse {
  const name = route.name ?? '';
  const [streamName = '', tag = ''] = name.split(':');
  const streams = store.resource('imagestreams');
  const stream = store.find(streams, route.namespace, streamName);
  if (!stream) throw notFound(streams, streamName);
  const { preconditions, dryRun } = deleteOptions(request);
  if (preconditions?.uid && preconditions.uid !== stream.metadata.uid)
    throw conflict(route.definition, name, 'the UID precondition was not met');
  const status = stream.status as Tagged | undefined;
  const spec = stream.spec as Tagged | undefined;
  const inStatus = status?.tags?.some((item) => item.tag === tag);
  const inSpec = spec?.tags?.some((item) => item.name === tag);
  if (!inStatus && !inSpec) throw notFound(route.definition, name);
  if (dryRun) return successResponse();
  store.write(streams, {
    ...stream,
    ...(inSpec ? { spec: { ...spec, tags: spec?.tags?.filter((item) => item.name !== tag) } } : {}),
    ...(inStatus ? { status: { ...status, tags: status?.tags?.filter((item) => item.tag !== tag) } } : {}),
  });
  return successResponse();
}
