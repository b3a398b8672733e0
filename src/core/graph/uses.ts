import type { DigestView } from '../model/table/snapshot.js';
import { isDigest } from '../model/digest.js';
import type { InvalidReference } from '../model/errors.js';
import {
  isLocalName,
  namesStream,
  parseImageReference,
  parseStreamImage,
  parseStreamTag,
  type ImageReference,
} from '../model/image-reference.js';
import { streamKey } from '../model/image-stream.js';
import type { Reference, Referrer, Use } from '../model/referrer.js';
import { ListedDigests, type ListingStream } from './listed-digests.js';
import { PossibleUses } from './possible-uses.js';

/** Where to look for uses: where `oc` looks, in more fields of the same objects, or in every resource. */
export type ReferrerScope = 'oc' | 'extended' | 'all';

export interface UseOptions {
  scope: ReferrerScope;
  /** Pods created later than this (ms since the epoch) count, whatever their phase. */
  podsYoungerThan: number;
  /** Every pod counts, whatever its phase and age; true in size limit mode. */
  everyPod: boolean;
  /** With `-n`: invalid references in other namespaces are only reported. */
  namespace?: string;
  /** Returns all streams, for references that cannot be parsed and for abbreviated digests. */
  streams: () => Iterable<ListingStream>;
}

/**
 * The uses of tags and images. Digests are numbers of the snapshot's table; uses of other digests are omitted, because
 * there is nothing to delete.
 */
export interface UseIndex {
  /** By `namespace/name:tag`. */
  tags: Map<string, Use[]>;
  /** By `namespace/name`: an invalid reference may mean every tag of the stream. */
  streams: Map<string, Use[]>;
  /** By `namespace/name`, then by image. */
  images: Map<string, Map<number, Use[]>>;
  /** By image, in any stream; empty for the scope `oc`. */
  digests: Map<number, Use[]>;
  /** By the digest of a manifest or a config that a container runtime reports without a repository. */
  ids: Map<number, Use[]>;
  /** Invalid references that end the run, unless they are ignored. */
  invalid: InvalidReference[];
  /** Invalid references that are only reported: outside the pruned namespace, or where OpenShift ignores them. */
  reported: InvalidReference[];
}

/** Indexes every reference of the referrers that count. Pure; an invalid reference is collected, never thrown. */
export function collectUses(referrers: Iterable<Referrer>, digests: DigestView, options: UseOptions): UseIndex {
  const collector = new UseCollector(digests, options);
  for (const referrer of referrers) collector.add(referrer);
  return collector.index;
}

/**
 * Returns whether a pod counts. For `oc`, running, pending and recent pods do; beyond `oc`, also every pod that is not
 * known to have ended.
 */
function podCounts(pod: Referrer, options: UseOptions): boolean {
  if (options.everyPod || pod.phase === 'Running' || pod.phase === 'Pending') return true;
  if (pod.created! > options.podsYoungerThan) return true;
  return options.scope !== 'oc' && pod.phase !== 'Succeeded' && pod.phase !== 'Failed';
}

const BARE_ID = /^(?:docker:\/\/)?(sha(?:256|384|512):[0-9a-f]{64,128})$/;

class UseCollector {
  readonly index: UseIndex = {
    tags: new Map(),
    streams: new Map(),
    images: new Map(),
    digests: new Map(),
    ids: new Map(),
    invalid: [],
    reported: [],
  };
  private readonly parsed = new Map<string, ImageReference | string>();
  private readonly possible: PossibleUses;
  private readonly listed: ListedDigests;

  constructor(
    private readonly digests: DigestView,
    private readonly options: UseOptions,
  ) {
    this.possible = new PossibleUses(() => Array.from(options.streams(), streamKey));
    this.listed = new ListedDigests(options.streams, digests);
  }

  add(referrer: Referrer): void {
    if (referrer.phase !== undefined && !podCounts(referrer, this.options)) return;
    for (const reference of referrer.references) {
      if (reference.extended && this.options.scope === 'oc') continue;
      this.addReference(referrer, reference);
    }
  }

  private addReference(referrer: Referrer, reference: Reference): void {
    switch (reference.form) {
      case 'stream-tag':
        return this.addStreamTag(referrer, reference);
      case 'stream-image':
        return this.addStreamImage(referrer, reference);
      case 'image-id':
        return this.addImageId(referrer, reference);
      case 'digest':
        return this.addDigest(this.index.digests, reference.text, toUse(referrer, reference));
      case 'pull-spec':
        return this.addPullSpec(referrer, reference);
      case 'unreadable':
        return this.addUnreadable(referrer, reference);
    }
  }

  private addPullSpec(referrer: Referrer, reference: Reference): void {
    const parsed = this.parse(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'image', parsed);
    this.addImage(referrer, reference, parsed);
  }

  private addImage(referrer: Referrer, reference: Reference, image: ImageReference): void {
    const use = toUse(referrer, reference);
    const stream = `${image.namespace}/${image.name}`;
    if (image.digest) {
      if (namesStream(image)) this.addStreamUse(stream, image.digest, use);
      if (!reference.onlyThere) this.addDigest(this.index.digests, image.digest, use);
    } else if (namesStream(image)) {
      append(this.index.tags, `${stream}:${image.tag || 'latest'}`, use);
    }
    if (this.options.scope !== 'oc' && isLocalName(image) && !reference.onlyThere)
      this.addLocalName(referrer.namespace, image, use);
  }

  /**
   * A name without a host and a namespace can mean the stream of that name in the object's own namespace. Whether the
   * lookup is enabled does not matter: it can be enabled by the stream, by the object, or later.
   */
  private addLocalName(namespace: string, { name, tag, digest }: ImageReference, use: Use): void {
    const stream = `${namespace}/${name}`;
    if (digest) this.addStreamUse(stream, digest, use);
    else append(this.index.tags, `${stream}:${tag || 'latest'}`, use);
  }

  private addStreamTag(referrer: Referrer, reference: Reference): void {
    const parsed = parseStreamTag(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'ImageStreamTag', parsed);
    append(this.index.tags, `${reference.namespace}/${parsed.name}:${parsed.tag}`, toUse(referrer, reference));
  }

  private addStreamImage(referrer: Referrer, reference: Reference): void {
    const parsed = parseStreamImage(reference.text);
    if (typeof parsed === 'string') return this.addInvalid(referrer, reference, 'ImageStreamImage', parsed);
    const use = toUse(referrer, reference);
    const stream = `${reference.namespace}/${parsed.name}`;
    const isAbbreviated = this.options.scope !== 'oc' && !isDigest(parsed.digest);
    const meant = isAbbreviated ? this.listed.find(stream, parsed.digest) : [parsed.digest];
    for (const digest of meant) {
      this.addStreamUse(stream, digest, use);
      this.addDigest(this.index.digests, digest, use);
    }
  }

  /** Skips what cannot be parsed: nodes report image ids, so users cannot repair them. */
  private addImageId(referrer: Referrer, reference: Reference): void {
    const bare = BARE_ID.exec(reference.text);
    if (bare) return this.addDigest(this.index.ids, bare[1]!, toUse(referrer, reference));
    const parsed = this.parse(reference.text.replace(/^[a-z-]+:\/\//, ''));
    if (typeof parsed !== 'string' && parsed.digest) this.addImage(referrer, reference, parsed);
  }

  private addStreamUse(stream: string, digest: string, use: Use): void {
    const id = this.digests.find(digest);
    if (id === -1) return;
    let ofStream = this.index.images.get(stream);
    if (!ofStream) this.index.images.set(stream, (ofStream = new Map()));
    append(ofStream, id, use);
  }

  private addDigest(index: Map<number, Use[]>, digest: string, use: Use): void {
    if (this.options.scope === 'oc') return;
    const id = this.digests.find(digest);
    if (id !== -1) append(index, id, use);
  }

  private addInvalid(referrer: Referrer, reference: Reference, what: string, problem: string): void {
    const { namespace } = this.options;
    const list = namespace === undefined || referrer.namespace === namespace ? this.index.invalid : this.index.reported;
    list.push(toInvalid(referrer, reference, `invalid ${what} reference: ${problem}`));
    if (this.options.scope !== 'oc') this.addPossible(referrer, reference);
  }

  /** Reports text that cannot be read, unless nothing is wrong with it, and adds everything that it may mean. */
  private addUnreadable(referrer: Referrer, reference: Reference): void {
    const { text, namespace = referrer.namespace, problem } = reference;
    const use = toUse(referrer, { ...reference, text: shorten(text) });
    if (problem !== undefined)
      this.index.reported.push(toInvalid(referrer, { ...reference, text: use.reference }, problem));
    const { digests, streams } = this.possible.findAll(text, namespace);
    for (const digest of digests) this.addDigest(this.index.digests, digest, use);
    for (const stream of streams) append(this.index.streams, stream, use);
  }

  /** Adds what an invalid reference may mean; it counts only if invalid references do not end the run. */
  private addPossible(referrer: Referrer, reference: Reference): void {
    const use = toUse(referrer, reference);
    const found = this.possible.find(reference.text, reference.namespace ?? referrer.namespace);
    if ('digests' in found) for (const digest of found.digests) this.addDigest(this.index.digests, digest, use);
    else for (const stream of found.streams) append(this.index.streams, stream, use);
  }

  /** Parses a reference; caches the result because many pods have the same reference. */
  private parse(text: string): ImageReference | string {
    let parsed = this.parsed.get(text);
    if (parsed === undefined) this.parsed.set(text, (parsed = parseImageReference(text)));
    return parsed;
  }
}

/** Maximum characters of an unreadable text that are shown. */
const SHOWN_CHARACTERS = 200;

function shorten(text: string): string {
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function toInvalid({ kind, namespace, name }: Referrer, { field, text }: Reference, message: string): InvalidReference {
  return { referrer: { kind, namespace, name }, field, reference: text, message };
}

function toUse(referrer: Referrer, reference: Reference): Use {
  return {
    kind: referrer.kind,
    namespace: referrer.namespace,
    name: referrer.name,
    field: reference.field,
    reference: reference.text,
  };
}

function append<Key>(map: Map<Key, Use[]>, key: Key, use: Use): void {
  const list = map.get(key);
  if (list) list.push(use);
  else map.set(key, [use]);
}
