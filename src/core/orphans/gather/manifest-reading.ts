import { createHash } from 'node:crypto';
import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import { forEachParallel } from '../../kit/parallel.js';
import { sha256Digest } from '../../model/digest.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import type { Storage } from '../../storage/storage.js';
import { describePlace, type ClusterUsage } from '../plan/usage.js';
import { addOtherChildren, digestsIn, parseManifest, type ManifestUses } from './manifest.js';

/** Maximum number of manifests that are read at the same time: each can have 4 MiB. */
export const CONCURRENCY = 16;

/** Reads manifests of a storage, and adds to the usage what they name. */
export class ManifestReading {
  /** Images whose manifest in the storage does not match its digest. */
  readonly damaged: string[] = [];
  /** Image indexes that a stream lists although they have no Image object. */
  readonly forgotten: string[] = [];
  /** Manifests that the storage does not have. */
  readonly absent = new Set<string>();
  /** The image index that a child is used through. */
  private readonly parents = new Map<string, string>();

  constructor(
    private readonly storage: Pick<Storage, 'readBlob'>,
    private readonly usage: ClusterUsage,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads manifests and adds what they name. @returns those that are not in the storage */
  async read(images: Iterable<string>, parse = parseManifest): Promise<string[]> {
    const missing: string[] = [];
    await forEachParallel(images, { concurrency: CONCURRENCY }, async (hex) => {
      this.signal.throwIfAborted();
      if (!(await this.add(hex, parse))) missing.push(hex);
    });
    return missing;
  }

  /** Adds what manifests name of images of which nothing says that they have layers. Anything else names nothing. */
  async readWithoutLayers(images: readonly string[]): Promise<void> {
    await forEachParallel(images, { concurrency: CONCURRENCY }, async (hex) => {
      this.signal.throwIfAborted();
      const body = await this.readBlob(hex);
      const named = body && digestsIn(body);
      if (named) this.useNamed(named, hex);
    });
  }

  /**
   * Adds the indexes that a stream lists although they have no Image object. Other images without one are unused: the
   * hard prune is the way to delete what `oc delete image` leaves behind. But an index of multi-architecture images can
   * be the only object that is gone.
   */
  async addListedIndexes(listed: readonly string[]): Promise<void> {
    const { images } = this.usage;
    const withoutObject = listed.filter((hex) => !images.has(hex));
    await forEachParallel(withoutObject, { concurrency: CONCURRENCY }, async (hex) => {
      this.signal.throwIfAborted();
      const body = await this.readBlob(hex);
      const named = body && digestsIn(body);
      if (!named || named.children.length + named.otherChildren.length === 0) return;
      this.use(hex, hex);
      this.useNamed(named, hex);
      this.forgotten.push(this.describe(hex));
    });
  }

  /** Adds the children of listed indexes level by level: an index can contain indexes. */
  async addChildren(listed: readonly string[]): Promise<void> {
    const { usage } = this;
    const seen = new Set<string>();
    for (let level = listed.filter((hex) => usage.children.has(hex)); level.length > 0;) {
      await this.addStoredChildren(level.filter((hex) => usage.children.has(hex)));
      const next: string[] = [];
      for (const index of level) {
        for (const child of usage.children.get(index) ?? []) {
          if (seen.has(child)) continue;
          seen.add(child);
          next.push(child);
          this.parents.set(child, index);
          this.use(child, index);
        }
      }
      // Those with an Image object have been read, or name their blobs.
      await this.read(next.filter((child) => !usage.images.has(child)));
      level = next;
    }
  }

  /** Adds the children that only the manifests of indexes name: an Image object does not always name them all. */
  private async addStoredChildren(indexes: readonly string[]): Promise<void> {
    const { children } = this.usage;
    await forEachParallel(indexes, { concurrency: CONCURRENCY }, async (hex) => {
      this.signal.throwIfAborted();
      const body = await this.readBlob(hex);
      const stored = body && digestsIn(body);
      if (!stored) return;
      this.useOthers(stored, hex);
      if (stored.children.length > 0)
        children.set(hex, [...new Set([...(children.get(hex) ?? []), ...stored.children])]);
    });
  }

  /** @throws RegadmError IMAGE_UNREADABLE if it exists but cannot be read */
  private async readBlob(hex: string): Promise<Buffer | undefined> {
    try {
      const body = await this.storage.readBlob(sha256Digest(hex), MANIFEST_LIMIT_BYTES);
      if (!body) this.absent.add(hex);
      return body;
    } catch (error) {
      throw unreadable(this.describe(hex), error);
    }
  }

  private async add(hex: string, parse: typeof parseManifest): Promise<boolean> {
    const body = await this.readBlob(hex);
    if (!body) return false;
    try {
      if (sha256Of(body) !== hex) this.damaged.push(this.describe(hex));
      this.useNamed(parse(body.toString('utf8')), hex);
      return true;
    } catch (error) {
      throw unreadable(this.describe(hex), error);
    }
  }

  /** Describes an image for messages: with the image streams that list it, or the image index that contains it. */
  describe(hex: string): string {
    const { streams } = this.usage;
    const index = this.parents.get(hex);
    const isListed = [...streams.values()].some((listed) => listed.has(hex));
    if (index === undefined || isListed) return `image ${sha256Digest(hex)} (${describePlace(hex, streams)})`;
    return `image ${sha256Digest(hex)} (in image index ${sha256Digest(index)}, ${describePlace(index, streams)})`;
  }

  private useNamed(named: ManifestUses, image: string): void {
    for (const blob of named.blobs) this.use(blob, image);
    this.useOthers(named, image);
    const { children, otherChildren } = named;
    if (children.length + otherChildren.length > 0) this.usage.children.set(image, children);
  }

  private useOthers({ others, otherChildren }: ManifestUses, image: string): void {
    for (const digest of others) this.usage.otherDigests.set(digest, sha256Digest(image));
    addOtherChildren(this.usage, image, otherChildren);
  }

  private use(blob: string, image: string): void {
    const { inUse } = this.usage;
    if (!inUse.has(blob)) inUse.set(blob, sha256Digest(image));
  }
}

const sha256Of = (body: Buffer): string => createHash('sha256').update(body).digest('hex');

/** Describes why it is not known which blobs an image uses. */
export function unreadable(image: string, cause: unknown): RegadmError {
  return new RegadmError(
    `cannot find out which blobs ${image} uses, because its manifest in the storage cannot be read: ${messageOf(cause)}`,
    {
      code: 'IMAGE_UNREADABLE',
      suggestions: [
        'repair the manifest, or delete the image, or the image index that contains it; nothing was deleted',
        "or pass --rules=registry, which does not read manifests, as the registry's own pruner",
      ],
      cause,
    },
  );
}
