import type { ClusterApi } from '../../cluster/api.js';
import { FollowedList } from '../../cluster/followed-list.js';
import { IMAGES, IMAGE_STREAMS, type ListedResource } from '../../cluster/resources.js';
import type { Reporter } from '../../kit/reporter.js';
import type { KubeObject } from '../../model/kube.js';
import { ImageUses, StreamLists, type Collector } from '../../orphans/gather/collectors.js';
import { addObjects, collect, toUsage } from '../../orphans/gather/usage.js';
import type { ClusterUsage } from '../../orphans/plan/usage.js';

/**
 * Knows what is newly used since images and image streams were first read, by a watch of each. If a watch cannot
 * show everything, the list is read again.
 */
export class LaterUses {
  private readonly lists = new Map<ListedResource, FollowedList>();

  constructor(
    private readonly api: ClusterApi,
    private readonly reporter: Pick<Reporter, 'note'>,
  ) {}

  /** Starts to follow a list that was read. */
  follow(resource: ListedResource, version: string): void {
    const list = new FollowedList(this.api, resource, version);
    list.start();
    this.lists.set(resource, list);
  }

  stop(): void {
    for (const list of this.lists.values()) list.stop();
  }

  /**
   * Returns what images and image streams use now: of all, or only of those that have changed.
   * @throws ApiError if it cannot be read
   */
  async read(signal: AbortSignal): Promise<ClusterUsage> {
    const [streams, images] = await Promise.all([this.changes(IMAGE_STREAMS, signal), this.changes(IMAGES, signal)]);
    const read = <T extends Collector>(
      resource: ListedResource,
      changed: KubeObject[] | undefined,
      create: () => T,
    ): T | Promise<T> => (changed ? addObjects(create(), changed) : collect(this.api, resource, create, { signal }));
    const lists = await read(IMAGE_STREAMS, streams, () => new StreamLists());
    return toUsage(lists, await read(IMAGES, images, () => new ImageUses()));
  }

  /**
   * Returns the images that were created or changed since they were first read.
   * @returns undefined if only the whole list can show them
   * @throws ApiError
   */
  async changedImages(signal: AbortSignal): Promise<KubeObject[] | undefined> {
    return this.changes(IMAGES, signal);
  }

  private async changes(resource: ListedResource, signal: AbortSignal): Promise<KubeObject[] | undefined> {
    const state = await this.lists.get(resource)!.catchUp(signal);
    if ('changed' in state) return state.changed;
    this.reporter.note(`reading the list of ${resource.resource} again: ${state.problem}`);
    return undefined;
  }
}
