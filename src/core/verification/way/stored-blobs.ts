import type { DigestTable } from '../../model/table/digest-table.js';
import { Growable } from '../../model/table/growable.js';
import type { StoredBlobs } from '../plan/check.js';

/** The blobs of a storage with their sizes, by digest number: 8 bytes each, and 32 for a digest that nothing names. */
export class BlobSizes implements StoredBlobs {
  /** Size plus 1; 0 if the blob does not exist. */
  private readonly sizes = new Growable(Float64Array);

  constructor(private readonly digests: Pick<DigestTable, 'intern' | 'find'>) {}

  /** Adds a blob. @param bytes undefined if its size is not known @returns its digest number */
  add(hex: string, bytes: number | undefined): number {
    const digest = this.digests.intern(`sha256:${hex}`);
    this.sizes.set(digest, bytes === undefined ? NaN : bytes + 1);
    return digest;
  }

  bytesOf(digest: number): number | undefined {
    if (digest === -1 || digest >= this.sizes.length) return undefined;
    const size = this.sizes.at(digest);
    return size === 0 ? undefined : size - 1;
  }
}
