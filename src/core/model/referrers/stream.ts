import { namesStream, parseImageReference, parseStreamImage, parseStreamTag } from '../image-reference.js';
import type { KubeObject } from '../kube.js';
import type { Reference, Referrer } from '../referrer.js';
import { unreadableReference } from './unreadable.js';

/** Kind of the referrers that `streamReferrer` returns. */
export const STREAM_KIND = 'ImageStream';

/** What a tag of a stream's spec follows. */
interface Followed {
  kind?: unknown;
  namespace?: unknown;
  name?: unknown;
}

/**
 * Returns what the tags of a stream's spec follow: tags and images of this or of other streams. `oc tag` writes such a
 * tag, and builds and triggers then pull from the other stream. What cannot be read is reported, and keeps what it may
 * mean.
 */
export function followedReferences(object: KubeObject): Reference[] {
  const tags = object.spec?.tags;
  if (!Array.isArray(tags)) return [];
  return tags.flatMap((tag: { name?: unknown; from?: unknown } | null) => {
    const from = (tag?.from ?? {}) as Followed;
    if (typeof from.name !== 'string') return [];
    const namespace = String(from.namespace || (object.metadata.namespace ?? ''));
    const field = `tag ${String(tag?.name)}`;
    const parsed = followed(from.kind, from.name, object.metadata.name);
    if (typeof parsed === 'string') return [unreadableReference(field, from.name, parsed, namespace)];
    return parsed ? [{ field, ...parsed, namespace, extended: true }] : [];
  });
}

/**
 * Returns what a tag follows; undefined for nothing in this registry; otherwise what is wrong: a reference that cannot
 * be parsed would end the run.
 */
function followed(
  kind: unknown,
  name: string,
  stream: string,
): Pick<Reference, 'form' | 'text' | 'onlyThere'> | string | undefined {
  switch (kind) {
    case 'ImageStreamTag': {
      // A name without a colon is a tag of the same stream.
      const text = name.includes(':') ? name : `${stream}:${name}`;
      const parsed = parseStreamTag(text);
      return typeof parsed === 'string' ? parsed : { form: 'stream-tag', text };
    }
    case 'ImageStreamImage': {
      const parsed = parseStreamImage(name);
      return typeof parsed === 'string' ? parsed : { form: 'stream-image', text: name };
    }
    case 'DockerImage': {
      const parsed = parseImageReference(name);
      if (typeof parsed === 'string') return parsed;
      // Without a host, it is an image of a public registry.
      return namesStream(parsed) ? { form: 'pull-spec', text: name, onlyThere: true } : undefined;
    }
    default:
      return undefined;
  }
}

/** Returns a stream as an object that uses what its tags follow; undefined if they follow nothing. */
export function streamReferrer(stream: {
  namespace: string;
  name: string;
  follows?: readonly Reference[];
}): Referrer | undefined {
  const { namespace, name, follows } = stream;
  return follows && { kind: STREAM_KIND, namespace, name, references: follows };
}

/**
 * Returns the stream (`namespace/name`) that the pull spec of a tag item names, if it is another one: `oc tag` copies
 * an item with its pull spec, so that the image is still pulled from the first stream. As everywhere, the host does not
 * matter.
 */
export function sourceStream(pullSpec: unknown, own: string): string | undefined {
  if (typeof pullSpec !== 'string' || pullSpec.includes(`/${own}@`)) return undefined;
  const parsed = parseImageReference(pullSpec);
  if (typeof parsed === 'string' || !namesStream(parsed)) return undefined;
  const key = `${parsed.namespace}/${parsed.name}`;
  return key === own ? undefined : key;
}

/** An image, and the repository (`namespace/name`) from which it is pulled. */
interface PulledImage {
  repository: string;
  digest: string;
}

/** Returns the images that tags of a stream's spec follow by digest. */
export function followedImages(stream: KubeObject): PulledImage[] {
  return followedReferences(stream).flatMap(({ form, text, namespace }) => {
    if (form !== 'stream-image' && form !== 'pull-spec') return [];
    const parsed = form === 'pull-spec' ? parseImageReference(text) : parseStreamImage(text);
    if (typeof parsed === 'string' || parsed.digest === '') return [];
    const place = 'namespace' in parsed ? parsed.namespace : namespace;
    return [{ repository: `${place}/${parsed.name}`, digest: parsed.digest }];
  });
}
