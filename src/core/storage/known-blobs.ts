import { sha256Digest } from '../model/digest.js';

/**
 * Decides when a blob does not exist. "Not found" is an answer of a server, of a proxy in front of it, or of a replica
 * that lags behind; if it counted for a blob that was seen before, what the blob names would seem unused.
 */
export class KnownBlobs {
  /** Blobs that were read: they can have been pushed after the listing. */
  private readonly found = new Set<string>();
  private areDeleted = false;

  /** @param isListed true for a blob of the last listing that cannot be absent without having been deleted since */
  constructor(private readonly isListed: (hex: string) => boolean | Promise<boolean>) {}

  /**
   * Reads a blob by `read`, and looks again if it was seen before and is not found.
   * @returns undefined if it does not exist
   * @throws Error if it was listed or read before, and is not found twice
   */
  async read<T>(hex: string, read: () => Promise<T | undefined>): Promise<T | undefined> {
    const body = (await read()) ?? ((await this.mustExist(hex)) ? await read() : undefined);
    if (body) this.found.add(hex);
    if (body || !(await this.mustExist(hex))) return body;
    throw new Error(
      `the storage has listed or returned blob ${sha256Digest(hex)} during this run, and does not find it now, twice; if another run is deleting blobs, wait until it ends, then run this command again`,
    );
  }

  /** States that this run begins to delete blobs: from then on, any of them can be missing. */
  expectDeletions(): void {
    this.areDeleted = true;
  }

  private async mustExist(hex: string): Promise<boolean> {
    return !this.areDeleted && (this.found.has(hex) || (await this.isListed(hex)));
  }
}
