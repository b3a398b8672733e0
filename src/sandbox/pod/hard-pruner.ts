import { readImage } from '../registry/image-objects.js';
import { ApiStatus } from '../api/status.js';
import type { Permissions } from '../api/permissions.js';
import { deleteManifestLink, type RegistryStorage } from '../registry/storage.js';
import { findStream, listedImages } from '../registry/streams.js';
import type { Store } from '../api/store.js';
import { REGISTRY_ACCOUNT } from '../names.js';

export interface PrunerContext {
  store: Store;
  storage: RegistryStorage;
  permissions: Permissions;
}

/** A line of the pruner's output; log lines go to stderr. */
export interface PrunerLine {
  to: 'stdout' | 'stderr';
  text: string;
}

/**
 * Simulates `dockerregistry -prune=check|delete`, the registry's own hard prune. The lines are recorded.
 * @returns the exit status
 */
export function* hardPrune(context: PrunerContext, mode: 'check' | 'delete'): Generator<PrunerLine, number> {
  const refused = missingPermission(context.permissions);
  if (refused) {
    yield log('error', refused);
    return 1;
  }
  yield log('info', `start prune (${mode === 'check' ? 'dry-run mode' : 'delete mode'})`);
  const remove = mode === 'delete';
  const inUse = digestsInUse(context.store);
  const links = manifestLinks(context.storage);
  for (const repository of context.storage.repositories()) {
    yield* pruneRepository(context, repository, { digests: links.get(repository) ?? [], inUse, remove });
  }
  let count = 0;
  let bytes = 0;
  for (const digest of context.storage.blobs()) {
    if (inUse.has(digest)) continue;
    bytes += context.storage.blobSize(digest) ?? 0;
    count++;
    const hex = digest.slice('sha256:'.length);
    yield log(
      'info',
      remove
        ? `Deleting blob: /docker/registry/v2/blobs/sha256/${hex.slice(0, 2)}/${hex}`
        : `Would delete blob: ${digest}`,
    );
    if (remove) context.storage.deleteBlob(digest);
  }
  yield { to: 'stdout', text: `${remove ? 'Deleted' : 'Would delete'} ${count} blobs` };
  yield { to: 'stdout', text: `${remove ? 'Freed up' : 'Would free up'} ${formatGoBytes(bytes)} of disk space` };
  return 0;
}

/** Returns an error if the registry's service account lacks the pruner role, without which it cannot see uses. */
function missingPermission(permissions: Permissions): string | undefined {
  const user = permissions.userNamed(REGISTRY_ACCOUNT);
  for (const resource of ['images', 'imagestreams']) {
    try {
      permissions.require(user, { verb: 'list', group: 'image.openshift.io', resource });
    } catch (error) {
      if (error instanceof ApiStatus) return `error getting ${resource}: ${error.message}`;
      throw error;
    }
  }
  return undefined;
}

function digestsInUse(store: Store): Set<string> {
  const inUse = new Set<string>();
  for (const entry of store.entries(store.resource('images'))) {
    const { name, config, layers } = readImage(entry.read());
    inUse.add(name);
    if (config) inUse.add(config);
    for (const layer of layers) inUse.add(layer.name);
  }
  return inUse;
}

/** Lists the digests of manifest links by repository. */
function manifestLinks(storage: RegistryStorage): Map<string, string[]> {
  const links = new Map<string, string[]>();
  for (const link of storage.links('manifest')) {
    const [repository = '', digest = ''] = link.split('@');
    links.set(repository, [...(links.get(repository) ?? []), digest]);
  }
  return links;
}

function* pruneRepository(
  context: PrunerContext,
  repository: string,
  { digests, inUse, remove }: { digests: string[]; inUse: Set<string>; remove: boolean },
): Generator<PrunerLine, void> {
  const { store, storage } = context;
  const stream = findStream(store, repository);
  if (!stream) {
    yield log(
      'info',
      remove
        ? `Deleting repo: /docker/registry/v2/repositories/${repository}`
        : `Would delete repository: ${repository}`,
    );
    if (remove) storage.deleteRepository(repository);
    return;
  }
  const listed = listedImages(stream);
  for (const digest of digests) {
    // Recorded, but not documented: the original ignores links whose blob does not exist.
    if ((inUse.has(digest) && listed.has(digest)) || !storage.hasBlob(digest)) continue;
    yield log('info', `${remove ? 'Deleting' : 'Would delete'} manifest link: ${repository}@${digest}`);
    if (remove) deleteManifestLink(storage, repository, digest);
  }
}

function log(level: 'info' | 'error', message: string): PrunerLine {
  return {
    to: 'stderr',
    text: `time="${new Date().toISOString()}" level=${level} msg=${JSON.stringify(message)} go.version=go1.19`,
  };
}

/** Formats a size as Go's units library does: `2.319KiB`, four significant digits, no space. */
export function formatGoBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < units.length - 1; unit++) value /= 1024;
  return `${Number(value.toPrecision(4))}${units[unit]}`;
}
