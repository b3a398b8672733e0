import type { ClusterApi } from '../cluster/api.js';
import { ApiError, hasServerFailed } from '../cluster/api-error.js';
import { firstObjects } from '../cluster/lists/first-objects.js';
import type { ReadResult } from '../cluster/lists/read-result.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import { IMAGES } from '../cluster/resources.js';
import type { Reporter } from '../kit/reporter.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import { readRegistryState, unavailablePart, type RegistryState } from '../operator/state.js';
import { freeable, gridWarnings } from './freeable.js';
import { measurePulls } from './pulled.js';
import type { RegistryStatusReport } from './report.js';
import type { StatusRequest } from './request.js';
import { measureSpace } from './space.js';
import { readStored } from './stored.js';

/** Number of separately read parts of the registry's state. */
const REGISTRY_PARTS = 5;

/**
 * Reads the registry's state, who uses its space, and what prunes would free; changes nothing. Parts that the user
 * cannot read are listed as unavailable.
 * @throws RegadmError if nothing can be read
 */
export async function registryStatus(
  api: ClusterApi,
  request: StatusRequest,
  reporter: Reporter,
  signal = new AbortController().signal,
): Promise<RegistryStatusReport> {
  // The storage comes first: if it cannot be read, the user waits for nothing else.
  const { storage } = request;
  const measured = storage && (await readStored({ api, reporter, signal }, storage));
  reporter.phase('listing objects');
  // At the same time, because a server that does not answer costs each part all its retries.
  const [state, { read, complete, unavailable }] = await Promise.all([
    readRegistryState(api, signal),
    readAllowed(api, reporter, signal),
  ]);
  const registry = withoutSettings(state);
  const failure = unavailable.at(-1)?.error;
  const hasNothing = !read && registry.unavailable.length >= REGISTRY_PARTS;
  if (failure && hasNothing && (!measured || hasServerFailed(failure))) throw failure;
  for (const line of read ? invalidNameWarnings(read.snapshot) : []) reporter.warning(line);
  const now = read?.now ?? Date.now();
  const found = read && complete ? freeable(read, request, reporter) : undefined;
  for (const line of read && found ? gridWarnings(read, found) : []) reporter.warning(line);
  return {
    now,
    server: api.server,
    registry: {
      ...registry,
      unavailable: [
        ...(measured?.unavailable ?? []),
        ...registry.unavailable,
        ...unavailable.map(({ what, error }) => unavailablePart(what, error, error.message)),
      ],
    },
    stored: measured?.stored,
    space: read && measureSpace(read.snapshot, now),
    pulled: read && request.pulls && measurePulls(read.snapshot, request.pulls, now),
    freeable: found,
    imageObjectBytes: read?.imageObjectBytes ?? 0,
  };
}

/** Removes what the config and the routes say about a registry that does not run. */
function withoutSettings(state: RegistryState): RegistryState {
  if (!state.hasNoDeployment) return state;
  const routes = state.routes?.length ? state.routes : undefined;
  if (state.managementState !== 'Removed') return { ...state, routes };
  return { ...state, routes, readOnly: undefined, replicas: undefined, rolloutStrategy: undefined };
}

interface AllowedLists {
  /** Absent if images or image streams cannot be listed. */
  read?: ReadResult;
  /** False if the objects that use images cannot be listed. */
  complete: boolean;
  unavailable: { what: string; error: ApiError }[];
}

/**
 * Reads all lists or, if that is not possible, only images and image streams. If a server did not answer in spite of
 * all retries, one request shows whether that server has the images, so that nobody waits for the same retries twice.
 */
async function readAllowed(api: ClusterApi, reporter: Reporter, signal?: AbortSignal): Promise<AllowedLists> {
  const options = { signal, onPage: ({ count }: { count: number }) => reporter.tick(count) };
  const unavailable: AllowedLists['unavailable'] = [];
  try {
    return { read: await readSnapshot(api, options), complete: true, unavailable };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unavailable.push({ what: 'what a prune would free', error });
  }
  try {
    if (hasServerFailed(unavailable[0]!.error)) await firstObjects(api, IMAGES, 1, { retry: false, signal });
    const read = await readSnapshot(api, { ...options, withoutReferrers: true });
    return { read, complete: false, unavailable };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unavailable.push({ what: 'who uses the space', error });
    return { complete: false, unavailable };
  }
}
