import { DigestTable } from './digest-table.js';
import { ImageTable } from './image-table.js';
import { streamKey, type StreamRecord } from '../image-stream.js';
import type { PendingTag } from '../pending-tags.js';
import type { SpecTag } from '../spec-tag.js';
import type { InvalidNames } from '../names/invalid-names.js';
import type { ImageLimit } from '../limit-range.js';
import type { Reference, Referrer } from '../referrer.js';
import { isRepositoryName, type RepositoryName } from '../names/repository-name.js';

/** One revision of a tag. `image` is the number of a digest; `created` is in ms since the epoch. */
export interface TagItem {
  readonly image: number;
  readonly created: number;
  /** `namespace/name` of another stream, from which the image is pulled. */
  readonly source?: string;
  /** Host of its pull spec (empty: none), unless the stream itself has it: such an image was imported. */
  readonly host?: string;
}

/** An image stream with numbers in place of digests. */
export interface ImageStream {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly created: number;
  readonly repository: string;
  readonly publicRepository: string;
  readonly namesRepository: boolean;
  /** `namespace/name`; undefined if it is not the name of a repository: then nothing of the stream is changed. */
  readonly repositoryName?: RepositoryName;
  readonly tags: readonly { readonly name: string; readonly items: readonly TagItem[] }[];
  readonly pending: readonly number[];
  /** What the tags of its spec follow; absent if nothing. */
  readonly follows?: readonly Reference[];
  /** The tags of its spec; absent if it has none. */
  readonly specTags?: readonly SpecTag[];
  /** Tags that expired and whose entry in the spec can be left; absent if none. */
  readonly pendingTags?: readonly PendingTag[];
  /** What is wrong with the annotation `regadm/pending`; undefined if nothing is. */
  readonly pendingProblem?: string;
}

/** The state of a cluster from which a plan is made. */
export interface Snapshot {
  digests: DigestTable;
  images: ImageTable;
  streams: ImageStream[];
  referrers: Referrer[];
  limits: ImageLimit[];
  /** Subjects of images, by image: those that Image objects state, and those of the OCI manifests that were read. */
  subjects: Map<number, number>;
  /** Manifests that could not be read and may name a subject, by image (digest number). */
  unreadManifests: Map<number, UnreadManifest>;
  /** Only if the lists come from files. */
  saved?: SavedGaps;
}

/** What lists in files may lack: nobody can ask the API server for it. */
export interface SavedGaps {
  /** Images that were pushed to namespaces whose image streams the files lack: the namespace, by name of the image. */
  readonly withoutStreams: ReadonlyMap<string, string>;
}

/** Why a manifest could not be read. Images for which the reason is the same share one object. */
export interface UnreadManifest {
  readonly problem: string;
  readonly remedy: string;
}

/** Read access to the digests of a snapshot. */
export type DigestView = Pick<
  DigestTable,
  'size' | 'find' | 'text' | 'writeText' | 'compare' | 'firstWord' | 'isDigest' | 'digest' | 'invalidCount'
>;

/** Read access to the images of a snapshot. */
export type ImageView = Pick<
  ImageTable,
  | 'count'
  | 'indexOf'
  | 'find'
  | 'name'
  | 'nameText'
  | 'created'
  | 'size'
  | 'managed'
  | 'oci'
  | 'statesSubject'
  | 'hasDigestName'
  | 'uid'
  | 'reference'
  | 'config'
  | 'eachBlob'
  | 'eachNeed'
  | 'eachChild'
  | 'isIndex'
  | 'isIndexOf'
  | 'blobSize'
> & {
  readonly unreadable: ReadonlyMap<number, string>;
  /** Images whose manifests certainly, or possibly, name more than their objects. */
  readonly gaps: { readonly certain: ReadonlySet<number>; readonly possible: ReadonlySet<number> };
  readonly replaced: ReadonlySet<number>;
  readonly invalid: InvalidImagesView;
};

/** Read access to the images that name something by what is not a digest. */
interface InvalidImagesView {
  readonly count: number;
  readonly ownNames: number;
  readonly names: ReadonlyMap<number, InvalidNames>;
}

/** A read-only snapshot, from which decisions and plans are made. */
export interface SnapshotView {
  readonly digests: DigestView;
  readonly images: ImageView;
  readonly streams: readonly ImageStream[];
  readonly referrers: readonly Referrer[];
  readonly limits: readonly ImageLimit[];
  readonly subjects: ReadonlyMap<number, number>;
  readonly unreadManifests: ReadonlyMap<number, UnreadManifest>;
  readonly saved?: SavedGaps;
}

/**
 * Freezes a snapshot, its tables and its objects: adding a digest or an image throws from then on. Typed arrays, maps
 * and sets cannot be frozen; the types of a view have no functions that change them.
 */
export function freezeSnapshot(snapshot: SnapshotView): SnapshotView {
  for (const table of [snapshot.digests, snapshot.images]) {
    for (const column of Object.values(table)) if (isFreezable(column)) Object.freeze(column);
    Object.freeze(table);
  }
  for (const objects of [snapshot.streams, snapshot.referrers, snapshot.limits]) {
    for (const object of objects) Object.freeze(object);
    Object.freeze(objects);
  }
  return Object.freeze(snapshot);
}

function isFreezable(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

export function emptySnapshot(): Snapshot {
  const digests = new DigestTable();
  return {
    digests,
    images: new ImageTable(digests),
    streams: [],
    referrers: [],
    limits: [],
    subjects: new Map(),
    unreadManifests: new Map(),
  };
}

/** Replaces the digests of a stream by numbers. */
export function internStream(record: StreamRecord, digests: Pick<DigestTable, 'intern'>): ImageStream {
  return {
    ...record,
    tags: record.tags.map(({ name, items }) => ({
      name,
      items: items.map((item) => ({ ...item, image: digests.intern(item.image) })),
    })),
    repositoryName: toRepositoryName(streamKey(record)),
    pending: record.pending.map((digest) => digests.intern(digest)),
  };
}

function toRepositoryName(text: string): RepositoryName | undefined {
  return isRepositoryName(text) ? text : undefined;
}
