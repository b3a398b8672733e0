import { DigestTable } from './digest-table.js';
import { ImageTable } from './image-table.js';
import type { StreamRecord } from '../image-stream.js';
import type { ImageLimit } from '../limit-range.js';
import type { Referrer } from '../referrer.js';

/** One revision of a tag. `image` is a digest's number; `created` is in ms since the epoch. */
export interface TagItem {
  image: number;
  created: number;
}

/** An image stream whose digests are numbers. */
export interface ImageStream {
  namespace: string;
  name: string;
  uid: string;
  resourceVersion: string;
  created: number;
  repository: string;
  tags: { name: string; items: TagItem[] }[];
  pending: number[];
}

/** Everything that a plan is made from: a cluster's state as it was read. */
export interface Snapshot {
  digests: DigestTable;
  images: ImageTable;
  streams: ImageStream[];
  referrers: Referrer[];
  limits: ImageLimit[];
  /** What OCI manifests name as their subject: image → subject, of manifests that were read. */
  subjects: Map<number, number>;
}

export function emptySnapshot(): Snapshot {
  const digests = new DigestTable();
  return { digests, images: new ImageTable(digests), streams: [], referrers: [], limits: [], subjects: new Map() };
}

/** A stream with numbers in place of digests. */
export function internStream(record: StreamRecord, digests: DigestTable): ImageStream {
  return {
    ...record,
    tags: record.tags.map(({ name, items }) => ({
      name,
      items: items.map(({ image, created }) => ({ image: digests.intern(image), created })),
    })),
    pending: record.pending.map((digest) => digests.intern(digest)),
  };
}
