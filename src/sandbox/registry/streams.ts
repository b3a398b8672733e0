import type { KubeObject } from '../../core/model/kube.js';
import type { Store } from '../api/store.js';
import { REGISTRY_SERVICE } from '../names.js';

/** An item of a tag: one revision that it points or pointed to. */
interface TagItem {
  created: string;
  dockerImageReference: string;
  image: string;
  generation: number;
}

/** The item of an image that was pushed or mapped. */
type NewItem = Omit<TagItem, 'generation'>;

interface Tag {
  tag: string;
  items?: TagItem[] | null;
}

/** Finds the image stream of a repository `NAMESPACE/NAME`; undefined if it does not exist. */
export function findStream(store: Store, repository: string): KubeObject | undefined {
  const [namespace, name = '', ...deeper] = repository.split('/');
  return deeper.length ? undefined : store.find(store.resource('imagestreams'), namespace, name);
}

/**
 * Makes the ImageStream object of a repository, without tags.
 * @param host public `HOST:PORT` of the registry
 * @param created defaults to now
 */
export function newStream(repository: string, host: string, created?: string): KubeObject {
  const [namespace = '', name = ''] = repository.split('/');
  return {
    metadata: { name, namespace, generation: 1, ...(created === undefined ? {} : { creationTimestamp: created }) },
    spec: { lookupPolicy: { local: false } },
    status: {
      dockerImageRepository: `${REGISTRY_SERVICE}/${repository}`,
      publicDockerImageRepository: `${host}/${repository}`,
      tags: [],
    },
  };
}

/** Lists the digests in the status of a stream, under any tag. */
export function listedImages(stream: KubeObject): Set<string> {
  return new Set(
    streamTags(stream).flatMap((tag) => (tag.items ?? []).map((item) => item.image ?? '').filter(Boolean)),
  );
}

/** Returns the digest that a tag points to. */
export function taggedImage(stream: KubeObject, tag: string): string | undefined {
  return streamTags(stream).find((candidate) => candidate.tag === tag)?.items?.[0]?.image;
}

/** Makes `item` the newest of a tag, unless its image already is; creates the stream if it does not exist. */
export function tagImage(
  { store, host }: { store: Store; host: string },
  repository: string,
  tag: string,
  item: NewItem,
): void {
  const stream = findStream(store, repository) ?? newStream(repository, host);
  const changed = addTagItem(stream, tag, item);
  if (changed) store.write(store.resource('imagestreams'), changed);
}

/**
 * Returns a stream in which `item` is the newest of a tag, with the generation of the stream. If its image already is,
 * only its reference changes.
 * @returns undefined if nothing changes
 */
export function addTagItem(stream: KubeObject, tag: string, item: NewItem): KubeObject | undefined {
  const tags = streamTags(stream);
  const [newest, ...older] = tags.find((candidate) => candidate.tag === tag)?.items ?? [];
  const isSame = newest?.image === item.image;
  if (isSame && newest.dockerImageReference === item.dockerImageReference) return undefined;
  const first = isSame ? { ...newest, ...item, created: newest.created } : withGeneration(item, stream);
  const items = isSame || !newest ? [first, ...older] : [first, newest, ...older];
  const changed = [...tags.filter((candidate) => candidate.tag !== tag), { tag, items }];
  changed.sort((a, b) => (a.tag < b.tag ? -1 : 1));
  return { ...stream, status: { ...stream.status, tags: changed } };
}

function withGeneration(item: NewItem, { metadata }: KubeObject): TagItem {
  return { ...item, generation: metadata.generation ?? 1 };
}

function streamTags(stream: KubeObject): Tag[] {
  return (stream.status?.tags ?? []) as Tag[];
}
