import { randomBytes, randomUUID } from 'node:crypto';
import { jsonResponse, type SandboxResponse, type SandboxRequest } from '../http/response.js';
import { parseJson, parseObject } from './body.js';
import { decode, type Decoded } from './decode.js';
import { isDryRun } from './dry-run.js';
import { nameProblems } from './object-names.js';
import { requireSame, type Preconditions } from './preconditions.js';
import { newStream } from '../registry/streams.js';
import type { Route } from './routes.js';
import { alreadyExists, badRequest, invalid, notFound } from './status.js';
import { applyPatch } from './patch/apply.js';
import { withKind, type Store } from './store.js';
import type { KubeObject } from '../../core/model/kube.js';

/** Maximum size of all annotations of an object, in bytes. */
const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Creates, replaces and patches objects, with the conflicts of the real server. */
export class Writes {
  /** @param registryHost returns the registry's public `HOST:PORT` */
  constructor(
    private readonly store: Store,
    private readonly registryHost: () => string,
  ) {}

  create(route: Route, request: SandboxRequest): SandboxResponse {
    const { definition, namespace } = route;
    const dryRun = isDryRun(request);
    const { object, headers } = decode(definition, parseObject(request), request);
    object.metadata ??= { name: '' };
    if (!object.metadata.name && typeof object.metadata.generateName === 'string') {
      object.metadata.name = object.metadata.generateName + randomBytes(4).toString('hex').slice(0, 5);
    }
    const { name } = object.metadata;
    const problems = nameProblems(definition, object);
    if (problems.length > 0) throw invalid(definition, name ?? '', problems);
    if (definition.namespaced) object.metadata.namespace = this.namespaceOf(object, namespace);
    if (this.store.find(definition, namespace, name)) throw alreadyExists(definition, name);
    // The server sets these; values from another cluster are ignored.
    for (const field of ['uid', 'resourceVersion', 'creationTimestamp']) delete object.metadata[field];
    if (definition.resource === 'imagestreams') this.startStream(object);
    if (object.spec) object.metadata.generation = 1;
    this.checkAnnotations(route, object);
    const stored = dryRun ? this.unsaved(object) : this.store.write(definition, object);
    return jsonResponse(withKind(definition, stored), 201, headers);
  }

  replace(route: Route, request: SandboxRequest): SandboxResponse {
    const { definition, name = '' } = route;
    const decoded = decode(definition, parseObject(request), request);
    const { object } = decoded;
    if (object.metadata?.name !== name) {
      throw badRequest(
        `the name of the object (${object.metadata?.name}) does not match the name on the URL (${name})`,
      );
    }
    const current = this.current(route);
    requireSame(definition, current, object.metadata);
    return this.save(route, current, decoded, isDryRun(request));
  }

  patch(route: Route, request: SandboxRequest): SandboxResponse {
    const change = parseJson(request) as Record<string, unknown>;
    const current = this.current(route);
    const { resourceVersion } = (change.metadata ?? {}) as Preconditions;
    requireSame(route.definition, current, { resourceVersion });
    const type = String(request.headers['content-type'] ?? '');
    const patched = decode(route.definition, applyPatch(route.definition, current, { type, change }), request);
    return this.save(route, current, patched, isDryRun(request));
  }

  /** Sets what only the server sets: a new image stream has no tags in its status. */
  private startStream(stream: KubeObject): void {
    const { namespace = '', name } = stream.metadata;
    const { spec, status } = newStream(`${namespace}/${name}`, this.registryHost());
    Object.assign(stream, { spec: { ...spec, ...stream.spec }, status });
  }

  private current(route: Route): KubeObject {
    const found = this.store.find(route.definition, route.namespace, route.name ?? '');
    if (!found) throw notFound(route.definition, route.name ?? '');
    return found;
  }

  /**
   * Stores the new state of `current`. A status update does not change the spec, and other updates do not change the
   * status.
   */
  private save(route: Route, current: KubeObject, decoded: Decoded, dryRun: boolean): SandboxResponse {
    const { definition } = route;
    const { object: wanted, headers } = decoded;
    const answer = (object: KubeObject): SandboxResponse => jsonResponse(withKind(definition, object), 200, headers);
    const next =
      route.subresource === 'status'
        ? statusUpdate(current, wanted)
        : specUpdate(definition.hasStatus, current, wanted);
    this.checkAnnotations(route, next);
    if (sameContent(current, next)) return answer(current);
    if (dryRun) return answer(next);
    if (!isReleased(current, next)) return answer(this.store.write(definition, next));
    this.store.delete(definition, route.namespace, next.metadata.name);
    return answer(next);
  }

  /** Returns the namespace of a new object. @throws ApiStatus 400 if the object names another one */
  private namespaceOf({ metadata }: KubeObject, requested = 'default'): string {
    if (metadata.namespace === undefined || metadata.namespace === requested) return requested;
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }

  /** Returns a new object of a dry run, as it would be stored. */
  private unsaved(object: KubeObject): KubeObject {
    const metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: this.store.timestamp() };
    return { ...object, metadata };
  }

  private checkAnnotations(route: Route, object: KubeObject): void {
    const annotations = Object.entries(object.metadata.annotations ?? {});
    const bytes = annotations.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
    if (bytes > MAX_ANNOTATION_BYTES) {
      const message = `metadata.annotations: Too long: must have at most ${MAX_ANNOTATION_BYTES} bytes`;
      throw invalid(route.definition, object.metadata.name, [message]);
    }
  }
}

/** Returns whether an update removes the last finalizer of an object that is marked as deleted. */
function isReleased(current: KubeObject, next: KubeObject): boolean {
  const count = ({ metadata }: KubeObject): number => ((metadata.finalizers ?? []) as string[]).length;
  return next.metadata.deletionTimestamp !== undefined && count(current) > 0 && count(next) === 0;
}

/**
 * Combines the client's labels and annotations with the server's identity fields, also in a status update (recorded).
 */
function metadataUpdate(current: KubeObject, wanted: KubeObject): KubeObject['metadata'] {
  const { uid, creationTimestamp, generation, deletionTimestamp, namespace, name, resourceVersion } = current.metadata;
  return {
    ...wanted.metadata,
    uid,
    creationTimestamp,
    generation,
    deletionTimestamp,
    namespace,
    name,
    resourceVersion,
  };
}

function statusUpdate(current: KubeObject, wanted: KubeObject): KubeObject {
  return { ...current, metadata: metadataUpdate(current, wanted), status: keepImageRepository(current, wanted) };
}

/** Keeps the pull specs of an image stream, which only the server sets. */
function keepImageRepository(current: KubeObject, wanted: KubeObject): KubeObject['status'] {
  const kept = ['dockerImageRepository', 'publicDockerImageRepository']
    .filter((field) => current.status?.[field] !== undefined)
    .map((field) => [field, current.status![field]] as const);
  return kept.length === 0 ? wanted.status : { ...wanted.status, ...Object.fromEntries(kept) };
}

function specUpdate(hasStatus: boolean, current: KubeObject, wanted: KubeObject): KubeObject {
  const metadata = metadataUpdate(current, wanted);
  const next: KubeObject = { ...wanted, metadata };
  delete next.kind;
  delete next.apiVersion;
  if (hasStatus && current.status) next.status = current.status;
  else if (hasStatus) delete next.status;
  if (JSON.stringify(next.spec) !== JSON.stringify(current.spec))
    metadata.generation = (current.metadata.generation ?? 0) + 1;
  return next;
}

function sameContent(a: KubeObject, b: KubeObject): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
