import { sha256Hex, type Digest } from '../../model/digest.js';
import { isInSubset, type DataSubset } from '../../model/data-subset.js';
import { eachOfFamily, eachPart } from '../../verification/plan/family.js';
import type { Verified } from '../../verification/verify-images.js';

/** A blob that a verified image needs, and that seemed to exist. */
export interface BlobToRead {
  /** Digest number of the snapshot. */
  number: number;
  digest: Digest;
  /** A repository from which an image with the blob is pulled. */
  repository: string;
  /** True for a manifest: the registry's API does not serve it as a blob. */
  isManifest: boolean;
}

/** The blobs of the verified images, without duplicates. */
export class BlobsToRead {
  /** Sizes that Image objects state, in bytes, in sum; manifests have none. */
  readonly statedBytes: number;
  private readonly names: string[];
  /** Position of a repository in `names` for each digest number; -1 for those that are not read. */
  private readonly repositories: Int32Array;
  private readonly areManifests: Uint8Array;

  /** @param subset undefined: all */
  constructor(
    private readonly verified: Pick<Verified, 'listed' | 'problems'>,
    subset: DataSubset | undefined,
  ) {
    const { snapshot, images, repositories } = verified.listed;
    this.names = [...repositories.keys()];
    const positions = new Map(this.names.map((name, position) => [name, position]));
    this.repositories = new Int32Array(snapshot.digests.size).fill(-1);
    this.areManifests = new Uint8Array(snapshot.digests.size);
    const isWanted = this.selector(subset);
    let bytes = 0;
    for (const [top, repository] of images) {
      const position = positions.get(repository)!;
      const take = (number: number): void => {
        if (this.repositories[number] !== -1 || !isWanted(number)) return;
        this.repositories[number] = position;
        bytes += snapshot.images.blobSize(number) || 0;
      };
      eachOfFamily(snapshot, top, (image) => {
        take(image);
        this.areManifests[image] = 1;
        eachPart(snapshot, image, take);
      });
    }
    this.statedBytes = bytes;
  }

  *[Symbol.iterator](): Generator<BlobToRead> {
    const { digests } = this.verified.listed.snapshot;
    for (const [number, position] of this.repositories.entries())
      if (position !== -1)
        yield {
          number,
          digest: digests.digest(number),
          repository: this.names[position]!,
          isManifest: this.areManifests[number] === 1,
        };
  }

  /** Returns what selects blobs: those of the subset that seem to be whole. The registry stores only SHA-256. */
  private selector(subset: DataSubset | undefined): (number: number) => boolean {
    const { problems, listed } = this.verified;
    const broken = new Set<string>();
    for (const [, found] of problems.entries())
      for (const { what, digest } of found)
        if (what === 'corrupt' || (what.startsWith('missing-') && what !== 'missing-image' && !what.endsWith('-link')))
          broken.add(digest);
    return (number) => {
      const digest = listed.snapshot.digests.digest(number);
      return !broken.has(digest) && sha256Hex(digest) !== undefined && isInSubset(digest, subset ?? EVERYTHING);
    };
  }
}

const EVERYTHING: DataSubset = { index: 0, of: 1 };
