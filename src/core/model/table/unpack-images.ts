import type { Gap, ImageRecord } from '../image.js';
import { DIGEST_WORDS, UID_WORDS, wordsToDigest, wordsToUid } from './hex-words.js';
import { FLAG, type ImageColumns } from './image-columns.js';

/** An image of a page of columns. */
interface PackedImage {
  name: string;
  uid: string;
  /** Unpacks the whole image. */
  record(): ImageRecord;
}

/** Iterates over the images of a page; unpacks only the values that are used. */
export function* unpackImages(columns: ImageColumns): Generator<PackedImage> {
  const unpacker = new Unpacker(columns);
  let digestAt = 0;
  let layerAt = 0;
  for (let index = 0; index < columns.count; index++) {
    const position = { index, digestAt, layerAt };
    yield {
      name: unpacker.digest(digestAt),
      uid: unpacker.uid(index),
      record: () => unpacker.record(position),
    };
    const hasConfig = (columns.flags[index]! & FLAG.hasConfig) !== 0;
    digestAt += 1 + (hasConfig ? 1 : 0) + columns.layerCounts[index]! + columns.childCounts[index]!;
    layerAt += columns.layerCounts[index]!;
  }
}

/** Reads single values from columns. */
class Unpacker {
  private readonly otherDigests: Map<number, string>;
  private readonly otherUids: Map<number, string>;
  private readonly unreadable: Map<number, string>;
  private readonly subjects: Map<number, string>;
  private readonly gaps: Map<number, Gap>;
  private readonly needs: Map<number, string[]>;

  constructor(private readonly columns: ImageColumns) {
    this.otherDigests = new Map(columns.otherDigests);
    this.otherUids = new Map(columns.otherUids);
    this.unreadable = new Map(columns.unreadable);
    this.subjects = new Map(columns.subjects);
    this.gaps = new Map(columns.gaps);
    this.needs = new Map(columns.needs);
  }

  digest(at: number): string {
    return this.otherDigests.get(at) ?? wordsToDigest(this.columns.digests, at * DIGEST_WORDS);
  }

  uid(index: number): string {
    return this.otherUids.get(index) ?? wordsToUid(this.columns.uids, index * UID_WORDS);
  }

  record({ index, digestAt, layerAt }: { index: number; digestAt: number; layerAt: number }): ImageRecord {
    const { columns } = this;
    const flags = columns.flags[index]!;
    const name = this.digest(digestAt);
    const hasConfig = (flags & FLAG.hasConfig) !== 0;
    const layersAt = digestAt + 1 + (hasConfig ? 1 : 0);
    const layerCount = columns.layerCounts[index]!;
    const reference = columns.references[columns.referenceOf[index]!]!;
    return {
      name,
      uid: this.uid(index),
      created: columns.created[index]!,
      managed: (flags & FLAG.managed) !== 0,
      reference: (flags & FLAG.referenceHasDigest) === 0 ? reference : `${reference}@${name}`,
      size: columns.size[index]!,
      config: hasConfig ? this.digest(digestAt + 1) : '',
      layers: Array.from({ length: layerCount }, (_, layer) => ({
        digest: this.digest(layersAt + layer),
        size: columns.layerSizes[layerAt + layer]!,
      })),
      children: Array.from({ length: columns.childCounts[index]! }, (_, child) =>
        this.digest(layersAt + layerCount + child),
      ),
      oci: (flags & FLAG.oci) !== 0,
      hasPlatform: (flags & FLAG.hasPlatform) !== 0,
      ...((flags & FLAG.statesSubject) === 0 ? {} : { subject: this.subjects.get(index) ?? '' }),
      unreadable: this.unreadable.get(index) ?? '',
      ...(this.gaps.has(index) && { gap: this.gaps.get(index) }),
      ...(this.needs.has(index) && { needs: this.needs.get(index) }),
    };
  }
}
