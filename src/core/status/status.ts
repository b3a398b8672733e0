import type { ClusterApi } from '../cluster/api.js';
import { ApiError, hasServerFailed } from '../cluster/api-error.js';
import { firstObjects } from '../cluster/lists/first-objects.js';
import type { ReadResult } from '../cluster/lists/read-result.js';
import { readSnapshot } from '../cluster/lists/read-snapshot.js';
import { IMAGES } from '../cluster/resources.js';
import { toUseOptions, type PruneOptions } from '../graph/options.js';
import { collectUses } from '../graph/uses.js';
import type { Reporter } from '../kit/reporter.js';
import { notVisibleWarnings } from '../model/referrers/not-visible.js';
import type { RetentionPolicy } from '../model/retention-policy.js';
import { invalidNameWarnings } from '../model/table/invalid-name-warnings.js';
import { readRegistryState, unavailablePart, type RegistryState } from '../operator/state.js';
import { plural } from '../terminal/text.js';
import { invalidReferenceWarnings } from './invalid-references.js';
import { policyTotal } from './policy-total.js';
import { measurePulls, type PullsFile } from './pulled.js';
import type { Freeable, RegistryStatusReport } from './report.js';
import { settingsGrid } from './settings-grid.js';
import { measureSpace } from './space.js';
import { readStored, type StorageRequest } from './stored.js';

export interface StatusRequest {
  /** Values of `--keep-tag-revisions` to try, ascending. */
  revisions: number[];
  /** Values of `--keep-younger-than` to try, ascending, and as the user wrote them. */
  ages: { text: string; ms: number }[];
  /** Also shows what a prune with this policy would free. */
  policy?: RetentionPolicy;
  /** Also shows when images were pulled. */
  pulls?: PullsFile;
  /** Also measures this storage. */
  storage?: StorageRequest;
}

/** The defaults of `prune images`, except that invalid references are ignored. */
const OPTIONS: PruneOptions = {
  keepTagRevisions: 3,
  keepYoungerThanMs: 3_600_000,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended',
  ignoreInvalidRefs: true,
  pruneSignatures: false,
};

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
  reporter.phase('listing');
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

/** Describes what a dry run of `prune images` knows, or reports, and the grid does not consider. */
function gridWarnings({ snapshot, custom }: ReadResult, { unreadManifests, ...references }: Freeable): string[] {
  const unreadable = snapshot.images.unreadable.size;
  const warnings = [...invalidReferenceWarnings(references), ...notVisibleWarnings(custom.notVisible, snapshot)];
  if (unreadManifests > 0)
    warnings.push(
      `registry status reads no manifests: ${plural(unreadManifests, 'image')} in the grid can be attached to images that stay (signatures, attestations, SBOMs), and prune images keeps these if it can read their manifests; its dry run shows them: regadm prune images`,
    );
  if (unreadable > 0)
    warnings.push(
      `the grid counts no images: ${plural(unreadable, 'Image object')} cannot be read, and only prune images reads their manifests instead; its dry run shows what it deletes: regadm prune images`,
    );
  return warnings;
}

function freeable(
  { snapshot, now }: ReadResult,
  { revisions, ages, policy, pulls }: StatusRequest,
  reporter: Reporter,
): Freeable {
  snapshot.images.gaps.needPossible();
  const grid = settingsGrid({ snapshot, options: OPTIONS, revisions, ages: ages.map(({ ms }) => ms), now });
  const uses = toUseOptions(OPTIONS, now, snapshot.streams);
  const { invalid, reported } = collectUses(snapshot.referrers, snapshot.digests, uses);
  const tried =
    policy && policyTotal(snapshot, policy, { ...OPTIONS, pulls: pulls && { ...pulls, requireComplete: false } }, now);
  for (const line of tried?.warnings ?? []) reporter.warning(line);
  return { ...grid, ageTexts: ages.map(({ text }) => text), invalid, reported, policy: tried?.total };
}
