import { isRecord } from '../../core/model/values/json.js';
import type { KubeObject } from '../../core/model/kube.js';
import { jsonResponse, type SandboxRequest, type SandboxResponse } from '../http/response.js';
import { parseJson } from './body.js';
import { requireValidDryRun } from './dry-run.js';
import { requireDeletable, type Preconditions } from './preconditions.js';
import { apiVersionOf } from './resources.js';
import type { Route } from './routes.js';
import { badRequest, invalidOptions, notFound, statusDetails, successResponse } from './status.js';
import { withKind, type Store } from './store.js';

/** What happens to the objects that a deleted object owns. */
type Propagation = 'Background' | 'Foreground' | 'Orphan';

/** The finalizers that make the garbage collector handle the dependents before the object is deleted. */
export const FOREGROUND_FINALIZER = 'foregroundDeletion';
export const ORPHAN_FINALIZER = 'orphan';

const FINALIZERS: Record<Propagation, string[]> = {
  Background: [],
  Foreground: [FOREGROUND_FINALIZER],
  Orphan: [ORPHAN_FINALIZER],
};

/** Kinds whose dependents stay if a request does not say otherwise, as before the garbage collector existed. */
const ORPHANED_BY_DEFAULT = ['v1 replicationcontrollers', 'batch/v1 jobs'];

interface DeleteOptions {
  dryRun: boolean;
  propagation?: Propagation;
  preconditions?: Preconditions;
}

/**
 * Deletes an object, or marks it as deleted while finalizers keep it.
 * @throws ApiStatus 404, 409 for preconditions that do not hold, 400 or 422 for invalid options
 */
export function deleteObject(store: Store, route: Route, request: SandboxRequest): SandboxResponse {
  const { definition, namespace, name = '' } = route;
  const current = store.find(definition, namespace, name);
  if (!current) throw notFound(definition, name);
  const options = deleteOptions(request);
  requireDeletable(definition, current, options.preconditions);
  const finalizers = remainingFinalizers(current, options.propagation ?? defaultPropagation(route));
  if (finalizers.length > 0) {
    const marked = markDeleted(store, current, finalizers);
    return jsonResponse(withKind(definition, options.dryRun ? marked : store.write(definition, marked)));
  }
  if (!options.dryRun) store.delete(definition, namespace, name);
  return successResponse({ ...statusDetails(definition, name), uid: current.metadata.uid });
}

function defaultPropagation({ definition }: Route): Propagation {
  return ORPHANED_BY_DEFAULT.includes(`${apiVersionOf(definition)} ${definition.resource}`) ? 'Orphan' : 'Background';
}

function remainingFinalizers({ metadata }: KubeObject, propagation: Propagation): string[] {
  const own = ((metadata.finalizers ?? []) as string[]).filter(
    (name) => name !== FOREGROUND_FINALIZER && name !== ORPHAN_FINALIZER,
  );
  return [...own, ...FINALIZERS[propagation]];
}

function markDeleted(store: Store, current: KubeObject, finalizers: string[]): KubeObject {
  const { deletionTimestamp = store.timestamp() } = current.metadata;
  return {
    ...current,
    metadata: { ...current.metadata, deletionTimestamp, deletionGracePeriodSeconds: 0, finalizers },
  };
}

/**
 * Reads the options from the body; those of the query count only without a body, as in the real server.
 * @throws ApiStatus 400 or 422 for invalid options
 */
export function deleteOptions(request: SandboxRequest): DeleteOptions {
  const { query } = request;
  const options = request.body.length > 0 ? parseJson(request) : Object.fromEntries(query);
  if (!isRecord(options)) throw badRequest('the body of the request is not an object');
  const { propagationPolicy, orphanDependents, preconditions, gracePeriodSeconds } = options;
  if (request.body.length > 0 && ![undefined, null].includes(gracePeriodSeconds as null))
    requireInteger(gracePeriodSeconds);
  if (propagationPolicy && orphanDependents !== undefined && orphanDependents !== null) {
    throw invalidOptions('DeleteOptions', [
      'orphanDependents: Invalid value: orphanDependents and deletionPropagation cannot be both set',
    ]);
  }
  return {
    dryRun: requireValidDryRun('DeleteOptions', request.body.length > 0 ? options.dryRun : query.getAll('dryRun')),
    propagation: parsePropagation(propagationPolicy) ?? orphanPropagation(orphanDependents),
    preconditions: (preconditions ?? undefined) as Preconditions | undefined,
  };
}

function requireInteger(value: unknown): void {
  if (!Number.isInteger(value)) {
    throw badRequest(
      `json: cannot unmarshal ${typeof value} into Go struct field DeleteOptions.gracePeriodSeconds of type int64`,
    );
  }
}

function parsePropagation(policy: unknown): Propagation | undefined {
  if (policy === undefined || policy === null || policy === '') return undefined;
  if (typeof policy === 'string' && Object.hasOwn(FINALIZERS, policy)) return policy as Propagation;
  throw invalidOptions('DeleteOptions', [
    `propagationPolicy: Unsupported value: "${String(policy)}": supported values: "Background", "Foreground", "Orphan"`,
  ]);
}

function orphanPropagation(orphan: unknown): Propagation | undefined {
  if (orphan === true) return 'Orphan';
  return orphan === false ? 'Background' : undefined;
}
