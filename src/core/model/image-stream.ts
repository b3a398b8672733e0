import type { Digest } from './digest.js';
import { readPending } from './pending.js';
import { readPendingTags, type PendingTag } from './pending-tags.js';
import type { KubeObject } from './kube.js';
import type { Reference } from './referrer.js';
import { followedReferences, sourceStream } from './referrers/stream.js';
import { reduceSpecTags, type SpecTag } from './spec-tag.js';

/** An image stream, reduced to what decisions need. Times are in ms since the epoch. */
export interface StreamRecord {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  created: number;
  /** `status.dockerImageRepository`: where images of the stream are pulled from. */
  repository: string;
  /** `status.publicDockerImageRepository`. */
  publicRepository: string;
  /** True if `spec.dockerImageRepository` is set: without a registry, the API server copies it to the status. */
  namesRepository: boolean;
  tags: { name: string; items: ItemRecord[] }[];
  /** What the tags of its spec follow; absent if nothing. */
  follows?: readonly Reference[];
  /** The tags of its spec; absent if it has none. */
  specTags?: readonly SpecTag[];
  /** Tags that expired and whose entry in the spec can be left: annotation `regadm/pending-tags`; absent if none. */
  pendingTags?: readonly PendingTag[];
  /** Digests whose tag items an earlier run removed, and whose links can be left: annotation `regadm/pending`. */
  pending: Digest[];
  /** What is wrong with that annotation; undefined if nothing is. */
  pendingProblem?: string;
}

/** One revision of a tag. */
export interface ItemRecord {
  image: string;
  created: number;
  /** `namespace/name` of another stream, from which the image is pulled: the tag was promoted with `oc tag`. */
  source?: string;
  /** Host of its pull spec (empty: none), unless the stream itself has it: such an image was imported. */
  host?: string;
}

interface RawStatus {
  dockerImageRepository?: string;
  publicDockerImageRepository?: string;
  tags?: RawTag[] | null;
}

interface RawTag {
  tag?: string;
  items?: RawItem[] | null;
}

interface RawItem {
  image?: string;
  created?: string;
  dockerImageReference?: string;
}

/** Reduces an ImageStream object. */
export function reduceStream(object: KubeObject): StreamRecord {
  const { digests: pending, problem: pendingProblem } = readPending(object.metadata.annotations);
  const status = (object.status ?? {}) as RawStatus;
  const follows = followedReferences(object);
  const specTags = reduceSpecTags(object);
  const pendingTags = readPendingTags(object.metadata.annotations);
  const own = `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
  const spec = (object.spec ?? {}) as { dockerImageRepository?: string };
  const hosts = [status.dockerImageRepository, status.publicDockerImageRepository].map(hostIn);
  return {
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
    uid: object.metadata.uid ?? '',
    resourceVersion: object.metadata.resourceVersion ?? '',
    created: Date.parse(object.metadata.creationTimestamp ?? ''),
    repository: status.dockerImageRepository ?? '',
    publicRepository: status.publicDockerImageRepository ?? '',
    namesRepository: Boolean(spec.dockerImageRepository),
    tags: (status.tags ?? []).map(({ tag, items }) => ({
      name: tag ?? '',
      items: (items ?? []).map((item) => reduceItem(item, own, hosts)),
    })),
    pending,
    ...(follows.length > 0 ? { follows } : {}),
    ...(specTags.length > 0 ? { specTags } : {}),
    ...(pendingTags.length > 0 ? { pendingTags } : {}),
    ...(pendingProblem === undefined ? {} : { pendingProblem }),
  };
}

function reduceItem({ image, created, dockerImageReference }: RawItem, own: string, hosts: string[]): ItemRecord {
  const item: ItemRecord = { image: image ?? '', created: Date.parse(created ?? '') };
  const source = sourceStream(dockerImageReference, own);
  if (source !== undefined) item.source = source;
  const host = hostIn(dockerImageReference);
  if (host === '' || !hosts.includes(host)) item.host = host;
  return item;
}

/** Returns what a pull spec, which need not be valid, has in the place of the host; empty if it has none. */
export function hostIn(reference: unknown): string {
  return typeof reference === 'string' ? reference.slice(0, Math.max(0, reference.indexOf('/'))) : '';
}

/** True if two states of a stream have the same tag items and the same annotations. */
export function sameContent(one: TagItems, other: TagItems): boolean {
  return (
    sameList(one.pending, other.pending, Object.is) &&
    sameList(one.pendingTags ?? [], other.pendingTags ?? [], samePendingTag) &&
    sameList(one.tags, other.tags, (tag, same) => tag.name === same.name && sameList(tag.items, same.items, sameItem))
  );
}

/** The tag items of a stream. Images are digests, or their numbers in a table. */
interface TagItems {
  readonly tags: readonly { readonly name: string; readonly items: readonly Item[] }[];
  readonly pending: readonly unknown[];
  readonly pendingTags?: readonly PendingTag[];
}

interface Item {
  readonly image: unknown;
  readonly created: number;
}

function sameItem(one: Item, other: Item): boolean {
  return one.image === other.image && Object.is(one.created, other.created);
}

function samePendingTag(one: PendingTag, other: PendingTag): boolean {
  return one.tag === other.tag && one.version === other.version;
}

function sameList<T>(one: readonly T[], other: readonly T[], same: (one: T, other: T) => boolean): boolean {
  return one.length === other.length && one.every((entry, at) => same(entry, other[at]!));
}

/** Returns `namespace/name` of a stream, which is its repository in the registry. */
export function streamKey(stream: { namespace: string; name: string }): string {
  return `${stream.namespace}/${stream.name}`;
}
