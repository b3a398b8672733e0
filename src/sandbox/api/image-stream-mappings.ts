import { isRecord } from '../../core/model/values/json.js';
import type { KubeObject } from '../../core/model/kube.js';
import { jsonResponse, type SandboxRequest, type SandboxResponse } from '../http/response.js';
import { addTagItem } from '../registry/streams.js';
import { parseObject } from './body.js';
import { isDryRun } from './dry-run.js';
import type { Route } from './routes.js';
import { invalid, notFound } from './status.js';
import type { Store } from './store.js';

/** Tag of a mapping that names none. */
const DEFAULT_TAG = 'latest';

/**
 * Creates the Image object of a mapping, unless it exists, and makes the image the newest item of a tag. The mapping
 * itself is not stored.
 * @throws ApiStatus 404 if the image stream does not exist, 422 for a mapping without an image
 */
export function createMapping(store: Store, route: Route, request: SandboxRequest): SandboxResponse {
  const { definition, namespace } = route;
  const { metadata, image, tag } = parseObject(request);
  const { name = '' } = metadata ?? {};
  if (!isImage(image)) throw invalid(definition, name, ['image.metadata.name: Required value']);
  const streams = store.resource('imagestreams');
  const stream = store.find(streams, namespace, name);
  if (!stream) throw notFound(streams, name);
  if (isDryRun(request)) return successfulCreation();
  const images = store.resource('images');
  if (!store.find(images, undefined, image.metadata.name)) store.write(images, { ...image, metadata: own(image) });
  const item = { dockerImageReference: String(image.dockerImageReference ?? ''), image: image.metadata.name };
  const changed = addTagItem(stream, String(tag || DEFAULT_TAG), { created: store.timestamp(), ...item });
  if (changed) store.write(streams, changed);
  return successfulCreation();
}

function isImage(value: unknown): value is KubeObject {
  return isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string';
}

/** Returns the metadata without the fields that the server sets. */
function own({ metadata }: KubeObject): KubeObject['metadata'] {
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _created, ...kept } = metadata;
  return kept;
}

function successfulCreation(): SandboxResponse {
  return jsonResponse({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' }, 201);
}
