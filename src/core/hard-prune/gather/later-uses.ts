import type { ClusterApi } from '../../cluster/api.js';
import { FollowedList } from '../../cluster/followed-list.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../../cluster/resources.js';
import type { Reporter } from '../../kit/reporter.js';
import { parseDigest, sha256Hex } from '../../model/digest.js';
import type { KubeObject } from '../../model/kube.js';
import { ImageUses, StreamLists, type Collector } from '../../orphans/gather/collectors.js';
import { addObjects, collect, toUsage } from '../../orphans/gather/usage.js';
import { assertOwnStorage } from '../../orphans/plan/own-storage.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';
import { findShrinkage } from '../plan/shrunken-list.js';

interface LaterUsesOptions {
  api: ClusterApi;
  reporter: Pick<Reporter, 'note' | 'warning'>;
  /** True to continue if a list that is read again lacks most of what it had. */
  acceptPartial?: boolean;
}

interface KnownObjects {
  /** Images, as hex. */
  images: ReadonlySet<string>;
  /** Image streams, by `namespace/name`. */
  streams: ReadonlyMap<string, unknown>;
}

/**
 * Knows what is newly used since images and image streams were first read, by a watch of each. If a watch cannot
 * show everything, the list is read again.
 */
export class LaterUses {
  private readonly lists = new Map<ListedResource, FollowedList>();
  private readonly noted = new Set<ListedResource>();

  constructor(private readonly options: LaterUsesOptions) {}

  /** Starts to follow a list that was read. */
  follow(resource: ListedResource, version: string): void {
    const list = new FollowedList(this.options.api, resource, version);
    list.start();
    this.lists.set(resource, list);
  }

  stop(): void {
    for (const list of this.lists.values()) list.stop();
  }

  /**
   * Returns what images and image streams use now: of all, or only of those that have changed.
   * @param known what was read first
   * @throws ApiError if it cannot be read; RegadmError LIST_INCONSISTENT, OTHER_STORAGE if a list is not plausible
   */
  async read(known: KnownObjects, signal: AbortSignal): Promise<ClusterUsage> {
    const [streams, images] = await Promise.all([this.changes(IMAGE_STREAMS, signal), this.changes(IMAGES, signal)]);
    const lists = streams
      ? addObjects(new StreamLists(), streams)
      : await this.readAgain(IMAGE_STREAMS, () => new StreamLists(), { known, signal });
    const uses = images
      ? addObjects(new ImageUses(), images)
      : await this.readAgain(IMAGES, () => new ImageUses(), { known, signal });
    return toUsage(lists, uses);
  }

  /**
   * Collects the images that were created or changed since they were first read, and perhaps all others.
   * @param known the images that the run knows, as hex
   * @throws as `read`
   */
  async collectImages<T extends Collector>(
    create: () => T,
    known: ReadonlySet<string>,
    signal: AbortSignal,
  ): Promise<T> {
    const changed = await this.changes(IMAGES, signal);
    if (changed) return addObjects(create(), changed);
    return this.readAgain(IMAGES, create, { known: { images: known, streams: new Map() }, signal });
  }

  private async changes(resource: ListedResource, signal: AbortSignal): Promise<KubeObject[] | undefined> {
    const state = await this.lists.get(resource)!.catchUp(signal);
    if ('changed' in state) return state.changed;
    if (!this.noted.has(resource))
      this.options.reporter.note(`reading the list of ${resource.resource} again: ${state.problem}`);
    this.noted.add(resource);
    return undefined;
  }

  private async readAgain<T extends Collector>(
    resource: ListedResource,
    create: () => T,
    { known, signal }: { known: KnownObjects; signal: AbortSignal },
  ): Promise<T> {
    const { api, reporter, acceptPartial = false } = this.options;
    const isStream = resource === IMAGE_STREAMS;
    const isKnown = isStream
      ? ({ metadata }: KubeObject) => known.streams.has(`${metadata.namespace}/${metadata.name}`)
      : ({ metadata }: KubeObject) => known.images.has(hexOf(metadata.name));
    let collected = new Counted(create(), isKnown);
    await this.lists.get(resource)!.readAgain(async () => {
      let read = '';
      const onList = (_resource: ListedResource, version: string): void => void (read = version);
      collected = await collect(api, resource, () => new Counted(create(), isKnown), { signal, onList });
      return read;
    });
    const before = isStream ? known.streams.size : known.images.size;
    const doubts = findShrinkage({ objects: isStream ? 'image streams' : 'images', before, left: collected.known });
    for (const warning of assertOwnStorage(doubts, acceptPartial)) reporter.warning(warning);
    return collected.objects;
  }
}

/** Counts the known objects of a list. */
class Counted<T extends Collector> implements Collector {
  known = 0;

  constructor(
    readonly objects: T,
    private readonly isKnown: (object: KubeObject) => boolean,
  ) {}

  add(object: KubeObject): void {
    if (this.isKnown(object)) this.known++;
    this.objects.add(object);
  }
}

function hexOf(name: string): string {
  const digest = parseDigest(name);
  return (digest && sha256Hex(digest)) ?? '';
}
