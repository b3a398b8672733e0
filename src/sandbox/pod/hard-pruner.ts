import { readImage } from '../registry/image-objects.js';
import { ApiStatus } from '../api/status.js';
import type { Permissions } from '../api/permissions.js';
import { deleteManifestLink, type RegistryStorage } from '../registry/storage.js';
import { findStream, listedImages } from '../registry/streams.js';
import type { Store } from '../api/store.js';
import { REGISTRY_ACCOUNT, REGISTRY_SERVICE } from '../names.js';

const REPOSITORIES = '/docker/registry/v2/repositories';

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
 * @param debug true to also state what is kept (`REGISTRY_LOG_LEVEL=debug`)
 * @returns the exit status
 */
export function* hardPrune(
  context: PrunerContext,
  mode: 'check' | 'delete',
  debug = false,
): Generator<PrunerLine, number> {
  for (const line of pruneAll(context, mode)) {
    if (typeof line === 'number') return line;
    if (debug || !/ level=debug /.test(line.text)) yield line;
  }
  return 0;
}

/** Yields all lines, and the exit status if it is not 0. */
function* pruneAll(context: PrunerContext, mode: 'check' | 'delete'): Generator<PrunerLine | number> {
  const refused = missingPermission(context.permissions);
  if (refused) {
    yield log('error', refused);
    yield 1;
    return;
  }
  yield log('info', `start prune (${mode === 'check' ? 'dry-run mode' : 'delete mode'})`);
  const remove = mode === 'delete';
  const inUse = digestsInUse(context.store);
  const links = manifestLinks(context.storage);
  if (!context.storage.hasRepositories()) {
    yield log('warning', `No repositories found: filesystem: Path not found: ${REPOSITORIES}`);
    yield* summary({ remove, count: 0, bytes: 0 });
    return;
  }
  for (const repository of context.storage.repositories()) {
    yield log('debug', `Processing repository ${repository}`);
    yield* pruneRepository(context, repository, { digests: links.get(repository) ?? [], inUse, remove });
  }
  let count = 0;
  let bytes = 0;
  yield log('debug', 'Processing blobs');
  for (const digest of context.storage.blobs()) {
    yield log('debug', `filesystem.Stat("/docker/registry/v2/blobs/${digest}")`);
    if (inUse.has(digest)) {
      yield log('debug', `Keeping the blob ${digest} (it belongs to the image ${REGISTRY_SERVICE}/x/y@${digest})`);
      continue;
    }
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
  yield* summary({ remove, count, bytes });
}

function* summary({ remove, count, bytes }: { remove: boolean; count: number; bytes: number }): Generator<PrunerLine> {
  yield { to: 'stdout', text: `${remove ? 'Deleted' : 'Would delete'} ${count} blobs` };
  yield { to: 'stdout', text: `${remove ? 'Freed up' : 'Would free up'} ${formatGoBytes(bytes)} of disk space` };
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
    if (!storage.hasBlob(digest)) continue;
    if (inUse.has(digest) && listed.has(digest)) {
      yield log('debug', `Keeping the manifest link ${repository}@${digest}`);
      continue;
    }
    yield log('info', `${remove ? 'Deleting' : 'Would delete'} manifest link: ${repository}@${digest}`);
    if (remove) deleteManifestLink(storage, repository, digest);
  }
}

function log(level: 'debug' | 'info' | 'warning' | 'error', message: string): PrunerLine {
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
