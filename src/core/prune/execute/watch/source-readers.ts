import { anyReducers, type Everything } from '../../../cluster/lists/all-referrers.js';
import type { CustomResource } from '../../../cluster/lists/custom-kinds.js';
import type { AnyResource } from '../../../cluster/lists/discover-resources.js';
import type { Reduce } from '../../../cluster/lists/list-referrers.js';
import { assertNotOlder } from '../../../cluster/lists/list-error.js';
import type { ParsePool } from '../../../cluster/lists/parse-pool.js';
import type { ReducedPage } from '../../../cluster/lists/reduce-page.js';
import type { UidSet } from '../../../cluster/lists/uid-set.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../../../cluster/resources.js';
import { reduceWholeImage } from '../../../model/image-manifest.js';
import { reduceStream, streamKey } from '../../../model/image-stream.js';
import type { KubeObject } from '../../../model/kube.js';
import { REFERRER_KINDS, REFERRER_KIND_NAMES, type ReferrerResource } from '../../../model/referrers/index.js';
import type { Referrer } from '../../../model/referrer.js';
import type { ClusterReads } from '../../ports.js';
import type { ReferrerGroup } from './known-referrers.js';
import type { LiveView } from './live-view.js';
import { MetadataLook, type Changes } from './metadata-look.js';
import type { SeenDeletions } from './seen-deletions.js';

export type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Reads one resource from the API server into a view. */
export interface SourceReader {
  readonly resource: ListedResource;
  /**
   * Lists the resource.
   * @param isWatched called when the list is complete: what a watch has shown meanwhile is newer, so the list then
   *   replaces nothing
   * @param known version at which the view knows the whole list; empty if it is unknown
   * @throws ApiError if it cannot be listed; RegadmError LIST_INCONSISTENT if the list is older than the known one.
   *   Images are excepted: what is known of them is never replaced
   */
  list(isWatched: () => boolean, known: string): Promise<Look>;
  /** Applies an event of a watch. */
  take(type: EventType, object: KubeObject): void;
}

/** A resource that was listed again. */
export interface Look {
  /** Version of the list. */
  resourceVersion: string;
  /** Size of the responses. */
  bytes: number;
  /** True if only metadata and changed objects were read. */
  isPartial?: boolean;
}

/** The dependencies of a reader. */
export interface ReaderContext {
  cluster: Pick<ClusterReads, 'readList' | 'listAny' | 'listReferrers' | 'listMetadata'>;
  view: LiveView;
  pool: ParsePool;
  signal: AbortSignal;
}

/**
 * Reads images, and notes which deletions a watch shows. A list never removes an image: its deletion shows whether it
 * still exists.
 */
export function imageReader({ cluster, view, pool, signal }: ReaderContext, deletions: SeenDeletions): SourceReader {
  return {
    resource: IMAGES,
    async list() {
      const take = (page: ReducedPage): void => view.putImages(page.columns!);
      const { resourceVersion, bytes } = await cluster.readList(
        IMAGES,
        { parser: pool, take, restart: () => {} },
        { signal, recheck: true },
      );
      return { resourceVersion, bytes };
    },
    take(type, object) {
      if (type === 'DELETED') deletions.add(object.metadata.name);
      else view.putImage(reduceWholeImage(object));
    },
  };
}

/** Reads image streams, of one namespace if it is given. */
export function streamReader({ cluster, view, pool, signal }: ReaderContext, namespace?: string): SourceReader {
  return {
    resource: IMAGE_STREAMS,
    async list(isWatched, known) {
      const collected = collect(pool, (page) => page.streams!);
      const { resourceVersion, bytes } = await cluster.readList(IMAGE_STREAMS, collected.reader, {
        namespace,
        signal,
        recheck: true,
      });
      assertNotOlder(IMAGE_STREAMS, resourceVersion, known);
      if (isWatched()) view.addStreams(collected.entries());
      else view.setStreams(collected.entries());
      return { resourceVersion, bytes };
    },
    take(type, object) {
      const stream = reduceStream(object);
      if (type === 'DELETED') view.removeStream(streamKey(stream), object.metadata.resourceVersion);
      else view.putStream(stream);
    },
  };
}

/**
 * Reads one of the known resources that use images, in one namespace if it is given.
 * @param uids the objects of the first list
 */
export function referrerReader(
  { cluster, view, pool, signal }: ReaderContext,
  resource: ListedResource,
  { namespace, uids }: { namespace?: string; uids?: UidSet },
): SourceReader {
  const name = resource.resource as ReferrerResource;
  const group = { kind: REFERRER_KIND_NAMES[name] };
  const reduce: Reduce = REFERRER_KINDS[name];
  const metadata = new MetadataLook({ cluster, resource, namespace, signal, reduce, uids });
  return {
    resource,
    async list(isWatched, known) {
      const changes = await metadata.since(known);
      if (changes) return putChanges(view, { group, changes, keepOthers: isWatched() });
      const collected = collect(pool, (page) => page.referrers!);
      const result = await cluster.readList(resource, collected.reader, { namespace, signal, recheck: true });
      const { resourceVersion, bytes } = result;
      assertNotOlder(resource, resourceVersion, known);
      metadata.know(result);
      putReferrers(view, { group, referrers: collected.entries(), keepOthers: isWatched() });
      return { resourceVersion, bytes };
    },
    take(type, object) {
      const referrer = reduce(object);
      if (type === 'DELETED') view.removeReferrer(referrer);
      else view.putReferrer(referrer);
    },
  };
}

/** Reads a custom kind. A kind that could be listed before and now does not exist has no objects. */
export function customReader(
  { cluster, view, signal }: ReaderContext,
  { resource, reduce }: CustomResource,
): SourceReader {
  return {
    resource,
    async list(isWatched, known) {
      const { referrers, result } = await cluster.listReferrers(resource, [reduce], { signal, recheck: true });
      assertNotOlder(resource, result.resourceVersion, known);
      const [group] = groupsOf([reduce]);
      putReferrers(view, { group: group!, referrers, keepOthers: isWatched() });
      return { resourceVersion: result.resourceVersion, bytes: result.bytes };
    },
    take: (type, object) => putLater(view, type, reduce(object)),
  };
}

/**
 * Reads any other resource, for `--referrers all`. A resource that could be listed before and now does not exist has no
 * objects.
 */
export function anyReader(
  { cluster, view, signal }: ReaderContext,
  any: AnyResource,
  { hosts }: Pick<Everything, 'hosts'>,
): SourceReader {
  const resource = { ...any, optional: true };
  const reducers = anyReducers(resource, hosts);
  return {
    resource,
    async list(isWatched, known) {
      const { referrers, result } = await cluster.listAny(resource, hosts, { signal, recheck: true });
      assertNotOlder(resource, result.resourceVersion, known);
      const keepOthers = isWatched();
      for (const group of groupsOf(reducers))
        putReferrers(view, { group, referrers: referrers.filter((one) => isInGroup(one, group)), keepOthers });
      return { resourceVersion: result.resourceVersion, bytes: result.bytes };
    },
    take(type, object) {
      for (const reduce of reducers) putLater(view, type, reduce(object));
    },
  };
}

/** Returns the groups to which the referrers of reducers belong. */
function groupsOf(reducers: readonly Reduce[]): ReferrerGroup[] {
  return reducers.map((reduce) => {
    const { kind, anywhere, declared } = reduce(NAMELESS);
    return { kind, anywhere, declared };
  });
}

/** An object that no list contains. It shows which kind a reducer states. */
const NAMELESS: KubeObject = { metadata: { name: '' } };

function isInGroup(referrer: Referrer, group: ReferrerGroup): boolean {
  return referrer.kind === group.kind && referrer.anywhere === group.anywhere;
}

/** Applies an event. Most objects of these kinds (leases, endpoints, …) name no image and change often. */
function putLater(view: LiveView, type: EventType, referrer: Referrer): void {
  if (type === 'DELETED' || referrer.references.length === 0) view.removeReferrer(referrer);
  else view.putReferrer(referrer);
}

function putReferrers(
  view: LiveView,
  { group, referrers, keepOthers }: { group: ReferrerGroup; referrers: Referrer[]; keepOthers: boolean },
): void {
  if (keepOthers) view.addReferrers(referrers);
  else view.setReferrers(group, referrers);
}

/** Applies what has changed. The removal of an object that a watch has shown since would not be shown again. */
function putChanges(
  view: LiveView,
  { group, changes, keepOthers }: { group: ReferrerGroup; changes: Changes; keepOthers: boolean },
): Look {
  if (!keepOthers) view.keepReferrers(group, changes.present);
  for (const referrer of changes.changed)
    if (keepOthers) view.addReferrers([referrer]);
    else putLater(view, 'MODIFIED', referrer);
  const { resourceVersion, bytes } = changes;
  return { resourceVersion, bytes, isPartial: true };
}

/** Collects the entries of all pages of a list. */
function collect<Entry>(parser: ParsePool, entriesOf: (page: ReducedPage) => Entry[]) {
  let entries: Entry[] = [];
  return {
    entries: () => entries,
    reader: {
      parser,
      take: (page: ReducedPage) => void entries.push(...entriesOf(page)),
      restart: () => void (entries = []),
    },
  };
}
