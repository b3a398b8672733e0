import { streamKey } from '../model/image-stream.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { PruneOptions } from '../graph/options.js';
import type { Reason } from '../graph/reason.js';
import type { UseIndex } from '../graph/uses.js';
import type { Change, Situation } from './changes.js';
import { Surroundings } from './focus.js';
import { waysToStay } from './keep.js';
import { waysToGo } from './release.js';
import { digestsOf, resolve, type Subject } from './resolve.js';
import { decide, decideWith, extentOf, goes, type Decided, type Extent } from './situation.js';
import { usesOfImage, type WhyUse } from './uses.js';

/**
 * A tag item that lists an image. `position` counts from 0, the newest, as `oc` does; `of` is the number of items of
 * the tag.
 */
export interface WhyPlace {
  namespace: string;
  stream: string;
  tag: string;
  position: number;
  of: number;
  /** Ms since the epoch. */
  created: number;
  /** When the image was last pulled from this stream, in ms since the epoch; absent if that is not known. */
  lastPulled?: number;
  kept: boolean;
  because: Reason;
}

/** Changes that together would reverse the verdict. */
export interface WhyChange {
  changes: Change[];
  /** What else they would prune (or keep); only counted for few images. */
  also?: Extent;
}

/** Everything that is known about one image. */
export interface WhyImage {
  image: string;
  exists: boolean;
  created: number;
  bytes: number;
  managed: boolean;
  index: boolean;
  goes: boolean;
  /** When it was last pulled from any stream, in ms since the epoch; absent if that is not known. */
  lastPulled?: number;
  because: Reason;
  places: WhyPlace[];
  uses: WhyUse[];
  /** Changes that would prune a kept image, or keep a pruned one. Each was confirmed by deciding again. */
  would: WhyChange[];
}

/** The answer to one argument. */
export interface WhyAnswer {
  argument: string;
  kind: Subject['kind'];
  namespace?: WhyNamespace;
  /** `namespace/name`, for tags and streams. */
  stream?: string;
  tag?: string;
  /** For an image that was requested in a stream: whether that stream lists it. */
  listed?: boolean;
  /** True if there are too many images to search for changes: `would` of each is empty. */
  withoutChanges?: boolean;
  images: WhyImage[];
}

/** A namespace whose images are explained. */
export interface WhyNamespace {
  name: string;
  /** Names of its image streams. */
  streams: string[];
}

/** The result of `regadm prune why`. */
export interface WhyReport {
  options: PruneOptions;
  /** `--keep-younger-than` as it was written. */
  keepYoungerThan: string;
  /** The saved lists of `--from`; absent with a cluster. */
  from?: string;
  /** The API server's time (with saved lists, this machine's), in ms since the epoch; ages are relative to it. */
  now: number;
  answers: WhyAnswer[];
  warnings: string[];
}

/** Maximum images for which the other effects of a change are counted: each count decides about the whole cluster. */
const MAX_COUNTED_IMAGES = 3;

/** Maximum images of an answer for which changes are searched: each search decides many times about all of them. */
const MAX_SEARCHED_IMAGES = 500;

/** How changes are searched. */
interface Search {
  /** The part of the cluster that affects the images. */
  focus: Situation;
  /** Whether the changes are confirmed in the whole cluster, and their other effects counted. */
  count: boolean;
}

/**
 * Answers why images are kept or pruned, and what would change that. Pure; one instance answers any number of
 * questions.
 */
export class Explanation {
  private readonly mentions: UseIndex;
  private readonly situation: Situation;
  private readonly decided: Decided;
  private extent: Extent | undefined;

  /** @param now ms since the epoch */
  constructor(
    snapshot: Snapshot,
    options: PruneOptions,
    now: number,
    private readonly surroundings = new Surroundings(snapshot),
  ) {
    this.situation = { snapshot, options, now };
    this.mentions = surroundings.mentions;
    this.decided = decide(this.situation);
  }

  /** Invalid references, for which `prune images` would stop. */
  get invalid(): UseIndex['invalid'] {
    return this.decided.uses.invalid;
  }

  /** Invalid references that `prune images` only reports. */
  get reported(): UseIndex['reported'] {
    return this.decided.uses.reported;
  }

  /** @throws RegadmError NOT_FOUND, AMBIGUOUS, USAGE */
  answer(argument: string): WhyAnswer {
    const { snapshot, options } = this.situation;
    const subject = resolve(snapshot, argument, options.namespace);
    const digests = digestsOf(snapshot, subject);
    const withoutChanges = digests.length > MAX_SEARCHED_IMAGES;
    const search = withoutChanges ? undefined : this.searchAround(digests);
    const images = digests.map((digest) => this.image(digest, search));
    const stream = subject.stream === undefined ? undefined : snapshot.streams[subject.stream]!;
    return {
      argument,
      kind: subject.kind,
      namespace: subject.kind === 'namespace' ? this.namespace(subject) : undefined,
      stream: stream && streamKey(stream),
      tag: subject.kind === 'tag' ? stream!.tags[subject.tag]!.name : undefined,
      listed:
        subject.kind === 'image' && stream
          ? images[0]!.places.some((place) => `${place.namespace}/${place.stream}` === streamKey(stream))
          : undefined,
      ...(withoutChanges ? { withoutChanges } : {}),
      images,
    };
  }

  private namespace({ namespace: name, streams }: Extract<Subject, { kind: 'namespace' }>): WhyNamespace {
    return { name, streams: streams.map((stream) => this.situation.snapshot.streams[stream]!.name) };
  }

  private searchAround(digests: number[]): Search {
    const focus = { ...this.situation, snapshot: this.surroundings.focus(digests) };
    return { focus, count: digests.length <= MAX_COUNTED_IMAGES };
  }

  /** @param search undefined: no changes are searched */
  private image(digest: number, search?: Search): WhyImage {
    const { snapshot, decisions } = this.decided;
    const { images } = snapshot;
    const image = images.indexOf(digest);
    const exists = image !== -1;
    const absent: Reason = { rule: snapshot.saved ? 'image-not-saved' : 'no-image' };
    const verdict = exists ? decisions.image(image) : { kept: false, because: absent };
    return {
      image: snapshot.digests.text(digest),
      exists,
      created: exists ? images.created(image) : NaN,
      bytes: exists ? images.size(image) : 0,
      managed: exists && images.managed(image),
      index: exists && images.isIndex(image),
      goes: exists && !verdict.kept,
      lastPulled: decisions.pulls?.times.image(digest),
      because: verdict.because,
      places: this.places(digest),
      uses: usesOfImage(this.decided, this.mentions, digest, this.surroundings.placesOf(digest)),
      would: exists && search ? this.would(digest, verdict.kept, search) : [],
    };
  }

  private places(digest: number): WhyPlace[] {
    const { snapshot, decisions } = this.decided;
    return this.surroundings.placesOf(digest).map(({ stream, tag, position }) => {
      const { namespace, name, tags } = snapshot.streams[stream]!;
      const { items, name: tagName } = tags[tag]!;
      const { created } = items[position]!;
      const verdict = decisions.item(stream, tag, position);
      return {
        namespace,
        stream: name,
        tag: tagName,
        position,
        of: items.length,
        created,
        lastPulled: decisions.pulls?.times.item(snapshot.streams[stream]!, tag, position),
        kept: verdict.kept,
        because: decisions.explain(verdict.because),
      };
    });
  }

  /**
   * Finds changes in the part of the cluster that affects the image; for few images, confirms them in the whole
   * cluster.
   */
  private would(digest: number, kept: boolean, { focus, count }: Search): WhyChange[] {
    const ways = kept ? waysToGo(focus, digest) : waysToStay(focus, digest);
    if (!count) return ways.map((changes) => ({ changes }));
    return ways.flatMap((changes) => {
      const after = decideWith(this.situation, changes);
      return goes(after, digest) === kept ? [{ changes, also: this.difference(after, kept, digest) }] : [];
    });
  }

  /**
   * Counts what else would be pruned (or kept), without the image and its own tag items. Changes to streams change
   * their items, so that only images are counted then.
   */
  private difference(after: Decided, kept: boolean, digest: number): Extent {
    this.extent ??= extentOf(this.decided);
    const now = extentOf(after);
    const sign = kept ? 1 : -1;
    const own = this.places(digest).filter((place) => place.kept).length;
    const sameStreams = after.snapshot.streams === this.situation.snapshot.streams;
    return {
      images: Math.max(0, sign * (now.images - this.extent.images) - 1),
      tagItems: kept && sameStreams ? Math.max(0, now.tagItems - this.extent.tagItems - own) : 0,
    };
  }
}
