import { hostIn, streamKey } from '../../model/image-stream.js';
import { usageError } from '../../model/errors.js';
import { quote } from '../../model/names/quote.js';
import type { ImageStream, Snapshot, SnapshotView, TagItem } from '../../model/table/snapshot.js';
import { isInScope, matches, type Scope } from './scope.js';

/** The images that a stream lists and that live in the registry, by digest number. */
export interface ListedRepository {
  /** `namespace/name`. */
  readonly name: string;
  /** Those that were pushed to this repository: it has links to everything that they need. */
  readonly pushed: ReadonlySet<number>;
  /** Those that were tagged from another stream: this repository does not have to have links to them. */
  readonly tagged: ReadonlySet<number>;
}

/** The images to verify. Images are digest numbers of the snapshot. */
export interface Listed<View extends SnapshotView = Snapshot> {
  readonly snapshot: View;
  readonly scopes: readonly Scope[];
  /** Hosts of the registry, as image streams state them. */
  readonly hosts: ReadonlySet<string>;
  readonly repositories: ReadonlyMap<string, ListedRepository>;
  /** A repository of each image, one that it was pushed to if there is one. */
  readonly images: ReadonlyMap<number, string>;
  /** Those that have no Image object. */
  readonly withoutObject: ReadonlySet<number>;
  /** Number of listed images that live in another registry. */
  readonly imported: number;
}

/**
 * Finds the images of a snapshot that live in the registry and that are to be verified.
 * @throws RegadmError USAGE if an argument names nothing
 */
export function findListed<View extends SnapshotView>(snapshot: View, scopes: readonly Scope[]): Listed<View> {
  for (const scope of scopes) assertExists(snapshot, scope);
  const hosts = hostsOf(snapshot.streams);
  const repositories = new Map<string, { name: string; pushed: Set<number>; tagged: Set<number> }>();
  const images = new Map<number, string>();
  const imported = new Set<number>();
  for (const stream of snapshot.streams) {
    const repository = { name: streamKey(stream), pushed: new Set<number>(), tagged: new Set<number>() };
    for (const item of itemsInScope(stream, scopes)) {
      if (!livesHere(snapshot, hosts, item)) {
        imported.add(item.image);
        continue;
      }
      const isPushed = item.source === undefined;
      repository[isPushed ? 'pushed' : 'tagged'].add(item.image);
      if (isPushed || !images.has(item.image)) images.set(item.image, repository.name);
    }
    if (repository.pushed.size + repository.tagged.size > 0) repositories.set(repository.name, repository);
  }
  const withoutObject = new Set([...images.keys()].filter((image) => snapshot.images.indexOf(image) === -1));
  for (const image of images.keys()) imported.delete(image);
  return { snapshot, scopes, hosts, repositories, images, withoutObject, imported: imported.size };
}

/** Returns the hosts of the registry, as image streams state them. */
function hostsOf(streams: readonly ImageStream[]): Set<string> {
  const hosts = new Set<string>();
  for (const { namesRepository, repository, publicRepository } of streams) {
    // Without a registry, the API server copies the repository that a tenant wrote to the status.
    if (!namesRepository) for (const text of [repository, publicRepository]) hosts.add(hostIn(text));
  }
  hosts.delete('');
  return hosts;
}

function* itemsInScope({ namespace, name, tags }: ImageStream, scopes: readonly Scope[]): Generator<TagItem> {
  for (const tag of tags) if (isInScope(scopes, namespace, name, tag.name)) yield* tag.items;
}

/**
 * Returns true if the registry serves an item from its own storage: its image was pushed (or has no Image object), and
 * its pull spec names the registry, or the host that the Image object itself names.
 */
function livesHere({ images, digests }: SnapshotView, hosts: ReadonlySet<string>, item: TagItem): boolean {
  if (!digests.isDigest(item.image)) return false;
  const image = images.indexOf(item.image);
  const namesRegistry = item.host === undefined || hosts.has(item.host);
  if (image === -1) return namesRegistry;
  return images.managed(image) && (namesRegistry || item.host === '' || item.host === hostIn(images.reference(image)));
}

function assertExists({ streams }: SnapshotView, scope: Scope): void {
  const exists = streams.some(({ namespace, name, tags }) =>
    scope.tag === undefined
      ? matches(scope, namespace, name, '')
      : tags.some((tag) => matches(scope, namespace, name, tag.name)),
  );
  if (exists) return;
  const what =
    scope.name === undefined ? 'image stream in the namespace' : scope.tag === undefined ? 'image stream' : 'tag';
  throw usageError(`there is no ${what} ${quote(scope.text)}`, ['list the image streams: oc get imagestreams -A']);
}
