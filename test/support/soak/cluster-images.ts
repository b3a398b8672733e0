import type { Sandbox } from '../../../src/sandbox/index.js';
import { imageObject } from '../pushed-images.js';
import type { PushedImage } from '../servers/docker-registry.js';
import type { ImageContent } from './contents.js';

/** An image, and where it is listed. */
interface ListedImage {
  image: ImageContent;
  repositories: Set<string>;
  /** Those of them that list it by the API alone, which writes no links. */
  mapped: Set<string>;
}

interface Acceptance {
  repository: string;
  image: ImageContent;
  /** The Image object is created through the API alone. */
  isMapped?: boolean;
}

interface TagItem {
  image: string;
  created: string;
  dockerImageReference: string;
  generation: number;
}

/** The Image objects and image streams of a sandbox, as the integrated registry writes them for pushes. */
export class ClusterImages {
  /** Images that have been accepted and not deleted since, by digest. */
  readonly accepted = new Map<string, ListedImage>();
  /** Images that were deleted, with their last repository: their blobs are orphans, or no longer exist. */
  readonly deleted = new Map<string, { image: ImageContent; repository: string }>();
  /** What happened to each digest, with the time, to explain what is broken. */
  private readonly events = new Map<string, string[]>();

  constructor(private readonly sandbox: Sandbox) {}

  /** Records what happened to a digest. */
  note(digest: string, event: string): void {
    const events = this.events.get(digest) ?? [];
    events.push(`${new Date().toISOString().slice(11, 23)} ${event}`);
    this.events.set(digest, events);
  }

  /** Returns what happened to a digest. */
  historyOf(digest: string): string {
    return (this.events.get(digest) ?? []).join('; ');
  }

  /** Creates the Image object of a manifest, and lists it in the image stream of the repository. */
  accept({ repository, image, isMapped = false }: Acceptance): void {
    const { store } = this.sandbox;
    const { digest } = image;
    if (!store.get('images', digest))
      store.put('images', imageObject(repository, toPushed(image), image.children.map(toPushed)));
    const [namespace, name] = repository.split('/');
    const stream = store.get('imagestreams', namespace!, name) ?? { metadata: { namespace, name } };
    const created = new Date().toISOString();
    const item = { image: digest, created, dockerImageReference: `registry/${repository}@${digest}`, generation: 1 };
    const items = itemsOf(stream).filter((other) => other.image !== digest);
    store.put('imagestreams', { ...stream, ...listing([item, ...items]) });
    const listed = this.accepted.get(digest) ?? { image, repositories: new Set(), mapped: new Set() };
    if (!isMapped) listed.mapped.delete(repository);
    else if (!listed.repositories.has(repository)) listed.mapped.add(repository);
    listed.repositories.add(repository);
    this.accepted.set(digest, listed);
    this.note(digest, `${isMapped ? 'mapped' : 'accepted'} in ${repository}`);
  }

  /** Deletes an Image object and all entries of image streams that name it, as `prune images` does. */
  delete(digest: string): void {
    const listed = this.accepted.get(digest);
    if (!listed) return;
    for (const repository of listed.repositories) {
      this.unlist(repository, digest);
      this.deleted.set(digest, { image: listed.image, repository });
    }
    this.sandbox.store.remove('images', digest);
    this.accepted.delete(digest);
    this.note(digest, 'image deleted');
  }

  /** Deletes an image stream, and the images that only it lists. */
  deleteStream(repository: string): void {
    for (const [digest, { image, repositories, mapped }] of this.accepted) {
      mapped.delete(repository);
      if (!repositories.delete(repository)) continue;
      this.note(digest, `stream ${repository} deleted`);
      if (repositories.size > 0) continue;
      this.sandbox.store.remove('images', digest);
      this.accepted.delete(digest);
      this.deleted.set(digest, { image, repository });
    }
    const [namespace, name] = repository.split('/');
    this.sandbox.store.remove('imagestreams', namespace!, name);
  }

  private unlist(repository: string, digest: string): void {
    const [namespace, name] = repository.split('/');
    const stream = this.sandbox.store.get('imagestreams', namespace!, name);
    if (!stream) return;
    const items = itemsOf(stream).filter(({ image }) => image !== digest);
    this.sandbox.store.put('imagestreams', { ...stream, ...listing(items) });
  }
}

function itemsOf(stream: object): TagItem[] {
  return (stream as { status?: { tags?: { items: TagItem[] }[] } }).status?.tags?.[0]?.items ?? [];
}

/** All images of a stream are items of one tag. */
function listing(items: TagItem[]): object {
  return { status: { tags: items.length > 0 ? [{ tag: 'latest', items }] : [] } };
}

function toPushed({ digest, mediaType, text, layers, config }: ImageContent): PushedImage {
  return { digest, mediaType, size: text.length, layers: layers.map((layer) => layer.digest), config: config?.digest };
}
