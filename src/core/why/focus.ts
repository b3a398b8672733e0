import { ImageTable } from '../model/table/image-table.js';
import { streamKey } from '../model/image-stream.js';
import { recordOf } from '../model/table/image-record.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Use } from '../model/referrer.js';
import { findAttachments, type Attachments } from '../graph/attachments.js';
import { indexParents, type IndexParents } from '../graph/held.js';
import { collectUses, type UseIndex } from '../graph/uses.js';

/** A tag item that lists an image, as indexes. */
export interface Place {
  stream: number;
  tag: number;
  position: number;
}

/** Finds what can affect an image. Indexed once, so that many questions about a large cluster stay cheap. */
export class Surroundings {
  private readonly places = new Map<number, Place[]>();
  private readonly parents: IndexParents;
  private readonly subjects = new Map<number, Set<number>>();
  private readonly attachments: Attachments;

  /** Every use that any object names, whether it counts or not. */
  readonly mentions: UseIndex;

  constructor(private readonly snapshot: Snapshot) {
    this.mentions = allMentions(snapshot);
    this.parents = indexParents(snapshot);
    this.attachments = findAttachments(snapshot);
    snapshot.streams.forEach(({ tags }, stream) =>
      tags.forEach(({ items }, tag) =>
        items.forEach(({ image }, position) => this.addPlace(image, { stream, tag, position })),
      ),
    );
    this.findSubjects();
  }

  /** Returns the tag items that list an image, in the order of streams, tags and positions. */
  placesOf(digest: number): Place[] {
    return this.places.get(digest) ?? [];
  }

  /**
   * Returns a snapshot of only what affects these images. Decisions about them are the same as in the whole snapshot.
   */
  focus(digests: Iterable<number>): Snapshot {
    const related = this.related(digests);
    const streams = new Set<number>();
    for (const digest of related) for (const { stream } of this.placesOf(digest)) streams.add(stream);
    const kept = [...streams].sort((a, b) => a - b).map((index) => this.snapshot.streams[index]!);
    const referrers = this.referrers(related, kept.map(streamKey));
    return { ...this.snapshot, streams: kept, referrers, images: this.images(related, kept) };
  }

  /** Adds what manifests that were read since are attached to. @param subjects by image; both are digest numbers */
  learn(subjects: ReadonlyMap<number, number>): void {
    for (const [image, subject] of subjects) this.addSubject(image, subject);
  }

  /** Finds the images' indexes, children and subjects, and theirs in turn. */
  related(digests: Iterable<number>): Set<number> {
    const found = new Set(digests);
    const { images } = this.snapshot;
    for (const digest of found) {
      for (const parent of this.parents.get(digest) ?? []) found.add(images.name(parent));
      const image = images.indexOf(digest);
      if (image !== -1) images.eachChild(image, (child) => found.add(child));
      for (const subject of this.subjects.get(digest) ?? []) found.add(subject);
    }
    return found;
  }

  private images(related: Set<number>, streams: Snapshot['streams']): ImageTable {
    const { images, digests } = this.snapshot;
    const wanted = new Set(related);
    for (const { tags } of streams) for (const { items } of tags) for (const { image } of items) wanted.add(image);
    for (const image of images.unreadable.keys()) wanted.add(images.name(image));
    const table = new ImageTable(digests);
    for (const digest of wanted) {
      const image = images.indexOf(digest);
      if (image !== -1) table.add(recordOf(images, image));
    }
    return table;
  }

  private referrers(related: Set<number>, streams: string[]): Snapshot['referrers'] {
    const { images } = this.snapshot;
    const wanted = new Set<string>();
    const take = (uses: Use[] | undefined): void => uses?.forEach((use) => wanted.add(referrerKey(use)));
    const ofStream = new Set(streams);
    for (const [key, uses] of this.mentions.tags) if (ofStream.has(key.slice(0, key.lastIndexOf(':')))) take(uses);
    for (const stream of streams) {
      take(this.mentions.streams.get(stream));
      for (const uses of this.mentions.images.get(stream)?.values() ?? []) take(uses);
    }
    for (const digest of related) {
      take(this.mentions.digests.get(digest));
      take(this.mentions.ids.get(digest));
      const image = images.indexOf(digest);
      if (image !== -1) take(this.mentions.ids.get(images.config(image)));
    }
    return this.snapshot.referrers.filter((referrer) => wanted.has(referrerKey(referrer)));
  }

  private findSubjects(): void {
    const { streams } = this.snapshot;
    for (const [subject, tags] of this.attachments.tags) {
      for (const { stream, tag } of tags)
        for (const { image } of streams[stream]!.tags[tag]!.items) this.addSubject(image, subject);
    }
    for (const [subject, images] of this.attachments.images)
      for (const image of images) this.addSubject(image, subject);
  }

  private addSubject(digest: number, subject: number): void {
    const known = this.subjects.get(digest) ?? new Set();
    this.subjects.set(digest, known.add(subject));
  }

  private addPlace(digest: number, place: Place): void {
    const known = this.places.get(digest);
    if (known) known.push(place);
    else this.places.set(digest, [place]);
  }
}

/** Collects every use that any object names, including ended pods and what only `--referrers=all` finds. */
function allMentions(snapshot: Snapshot): UseIndex {
  const everything = { scope: 'all', podsYoungerThan: -Infinity, everyPod: true } as const;
  return collectUses(snapshot.referrers, snapshot.digests, { ...everything, streams: () => snapshot.streams });
}

function referrerKey({ kind, namespace, name }: { kind: string; namespace: string; name: string }): string {
  return `${kind} ${namespace}/${name}`;
}
