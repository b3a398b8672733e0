import type { Digest } from '../../model/digest.js';
import type { StreamRecord } from '../../model/image-stream.js';
import type { KubeObject } from '../../model/kube.js';
import type { TagItem } from '../../model/tag-item.js';
import type { ClusterApi } from '../api.js';
import { IMAGE_STREAMS } from '../resources.js';
import { watchList } from '../watch.js';
import type { StreamReference } from './read.js';

/** Timeout of the watch, in seconds. The changes have happened before it begins, so it usually ends at once. */
const WATCH_SECONDS = 5;

/** The states of a stream between which a tag was deleted. */
interface Between {
  /** Read before: the tag had no items. */
  before: StreamRecord;
  /** Read afterward: the tag is gone. */
  after: StreamRecord;
}

/**
 * Returns the items that a tag had between two states of its stream: of a push that the deletion of the tag removed.
 * None if the server does not show what happened in between.
 */
export async function itemsBetween(
  api: ClusterApi,
  { namespace, name }: StreamReference,
  tag: string,
  { before, after }: Between,
): Promise<TagItem[]> {
  let found: TagItem[] = [];
  let close = (): void => {};
  const take = ({ metadata, status }: KubeObject): void => {
    if (metadata.name !== name || metadata.uid !== before.uid) return;
    if (metadata.resourceVersion === after.resourceVersion) return close();
    const tags = (status?.tags ?? []) as { tag?: string; items?: TagItem[] | null }[];
    const items = tags.find((one) => one.tag === tag)?.items ?? [];
    if (items.length > 0) found = items;
  };
  const options = {
    resourceVersion: before.resourceVersion,
    namespace,
    signal: AbortSignal.timeout(2 * WATCH_SECONDS * 1000),
    timeoutSeconds: WATCH_SECONDS,
  };
  await watchList(api, IMAGE_STREAMS, options, {
    opened: (end) => void (close = end),
    event: (_type, object) => {
      take(object);
      return true;
    },
    progress: () => {},
  });
  return found;
}

/** Names the images of items: `sha256:…, sha256:…`. */
export function imagesOf(items: readonly { image: Digest }[]): string {
  return items.map(({ image }) => image).join(', ');
}
