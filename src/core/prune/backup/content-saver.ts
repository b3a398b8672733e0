import { digestOf, type WritableBlobs } from '../../backup-directory/blobs.js';
import { readAgain } from '../../kit/read-again.js';
import type { Digest } from '../../model/digest.js';
import { parseDigest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { manifestParts } from '../../model/image-manifest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import { isRecord, listOf } from '../../model/values/json.js';
import type { ContentSource, ReadManifest } from './source.js';

/** Where an image can be read from. */
interface Origin {
  repositories: readonly RepositoryName[];
  /** True for an image that was imported: the registry need not have all of its content, or any. */
  isImported: boolean;
}

/** A manifest that was saved with everything that it names. */
export interface SavedManifest {
  /** Empty if it is not known. */
  mediaType: string;
  bytes: number;
  /** False for an imported image of which the registry lacks something. */
  isComplete: boolean;
}

/** Why the content of an image cannot be saved. */
export class NotSaved extends Error {
  /** @param why `unlisted`: the only reason is that no image stream lists the image */
  constructor(
    message: string,
    readonly why: 'failed' | 'missing' | 'unlisted' = 'failed',
    cause?: unknown,
  ) {
    super(message, { cause });
  }
}

/** What has been saved, for the progress display and the report. */
interface SavedCounts {
  /** Blobs that were written, manifests included. */
  blobs: number;
  bytes: number;
}

/**
 * Saves the content of images: manifests, configs, layers, and the same of the children of indexes. Each blob is read
 * once, and not at all if the backup has it.
 */
export class ContentSaver {
  readonly counts: SavedCounts = { blobs: 0, bytes: 0 };
  private readonly manifests = new Map<Digest, Promise<SavedManifest>>();
  /** True if the registry has the blob. */
  private readonly blobs = new Map<Digest, Promise<boolean>>();

  constructor(
    private readonly target: WritableBlobs,
    private readonly source: ContentSource,
    /** Takes the number of bytes that were read. */
    private readonly onBytes: (bytes: number) => void,
  ) {}

  /**
   * Saves a manifest and everything that it names.
   * @throws NotSaved if anything of it cannot be read; the file system's error if it cannot be written
   */
  saveManifest(digest: Digest, origin: Origin): Promise<SavedManifest> {
    return once(this.manifests, digest, () => this.writeManifest(digest, origin));
  }

  private async writeManifest(digest: Digest, origin: Origin): Promise<SavedManifest> {
    const known = await this.target.readManifest(digest);
    const { content, mediaType } = known ? { content: known, mediaType: undefined } : await this.read(digest, origin);
    const manifest = parse(content, digest);
    const isComplete = await this.saveParts(manifest, digest, origin);
    if (!isComplete && !origin.isImported) throw new NotSaved(`a part of ${digest} is missing in the registry`);
    // Last, so that an interrupted run does not leave a manifest without its blobs.
    if (!known) this.count(await this.target.write(digest, counted([content], this.onBytes)));
    return { mediaType: mediaTypeOf(manifest) ?? mediaType ?? '', bytes: content.length, isComplete };
  }

  /** Saves everything that a manifest names. @returns false if something is missing that need not be there */
  private async saveParts(manifest: Record<string, unknown>, digest: Digest, origin: Origin): Promise<boolean> {
    let isComplete = true;
    for (const child of manifestParts(manifest).children)
      isComplete = (await this.saveManifest(digestIn(child, digest), origin)).isComplete && isComplete;
    for (const blob of blobsIn(manifest)) {
      const name = digestIn(blob.digest, digest);
      const isThere = await once(this.blobs, name, () => this.writeBlob(name, blob.size, origin));
      if (isThere) continue;
      this.blobs.delete(name);
      if (!blob.isForeign && !origin.isImported) throw new NotSaved(`its blob ${name} is missing in the registry`);
      isComplete = blob.isForeign && isComplete;
    }
    return isComplete;
  }

  private async read(digest: Digest, origin: Origin): Promise<ReadManifest> {
    assertReadable(this.source, digest, origin);
    const manifest = await this.source.readManifest(digest, origin.repositories).catch((error: unknown) => {
      throw new NotSaved(`its manifest ${digest} cannot be read: ${messageOf(error)}`, 'failed', error);
    });
    if (!manifest) throw new NotSaved(`its manifest ${digest} is missing in the registry`, 'missing');
    // Before it is parsed: an altered manifest names other blobs.
    const found = digestOf(digest, manifest.content);
    if (found === digest) return manifest;
    throw new NotSaved(`the content of its manifest ${digest} does not match its digest: it is that of ${found}`);
  }

  /** @returns false if the registry does not have it */
  private async writeBlob(digest: Digest, size: number | undefined, origin: Origin): Promise<boolean> {
    if (size !== undefined && (await this.target.has(digest, size))) return true;
    assertReadable(this.source, digest, origin);
    const write = (): Promise<boolean> => this.copyBlob(digest, size, origin);
    return readAgain(write, { isFinal: (error) => error instanceof NotSaved || isOfFileSystem(error) }).catch(
      (error: unknown) => {
        throw error instanceof NotSaved || isOfFileSystem(error) ? error : unreadable(digest, error);
      },
    );
  }

  private async copyBlob(digest: Digest, size: number | undefined, { repositories }: Origin): Promise<boolean> {
    const found = await this.source.openBlob(digest, repositories).catch((error: unknown) => {
      // The source has retried the request itself.
      throw unreadable(digest, error);
    });
    if (!found) return false;
    this.count(await this.target.write(digest, counted(found.content, this.onBytes), size));
    return true;
  }

  private count(bytes: number): void {
    this.counts.blobs++;
    this.counts.bytes += bytes;
  }
}

/** Passes on a content and counts its bytes. */
async function* counted(
  content: AsyncIterable<Buffer> | Iterable<Buffer>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    yield chunk;
    onBytes(chunk.length);
  }
}

function unreadable(digest: Digest, error: unknown): NotSaved {
  return new NotSaved(`its blob ${digest} cannot be read: ${messageOf(error)}`, 'failed', error);
}

/** Runs work once per key, unless it fails: another image can succeed in another repository. */
function once<T>(running: Map<Digest, Promise<T>>, key: Digest, work: () => Promise<T>): Promise<T> {
  const known = running.get(key);
  if (known) return known;
  const result = work();
  running.set(key, result);
  result.catch(() => running.delete(key));
  return result;
}

function assertReadable({ needsStream }: ContentSource, digest: Digest, { repositories }: Origin): void {
  if (needsStream && repositories.length === 0)
    throw new NotSaved(`no image stream lists it, so the registry does not serve ${digest}`, 'unlisted');
}

/** Codes of the errors with which a file system refuses to write. */
const NOT_WRITTEN = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES', 'EPERM']);

function isOfFileSystem(error: unknown): boolean {
  return NOT_WRITTEN.has((error as NodeJS.ErrnoException).code ?? '');
}

interface NamedBlob {
  digest: string;
  size: number | undefined;
  /** True for a layer that is somewhere else by design: the registry need not have it. */
  isForeign: boolean;
}

/** Returns the config, the layers and the other blobs that a manifest names. */
function blobsIn(manifest: Record<string, unknown>): NamedBlob[] {
  const lists = [manifest.config, ...listOf(manifest.layers), ...listOf(manifest.blobs)].filter(isRecord);
  const schema1 = listOf(manifest.fsLayers).filter(isRecord);
  return [
    ...lists.map(({ digest, size, urls }) => ({
      digest: String(digest),
      size: typeof size === 'number' ? size : undefined,
      isForeign: listOf(urls).length > 0,
    })),
    ...schema1.map(({ blobSum }) => ({ digest: String(blobSum), size: undefined, isForeign: false })),
  ];
}

function parse(content: Buffer, digest: Digest): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(content.toString('utf8'));
    manifestParts(manifest);
    return manifest as Record<string, unknown>;
  } catch (error) {
    throw new NotSaved(`its manifest ${digest} cannot be used: ${messageOf(error)}`, 'failed', error);
  }
}

function digestIn(text: string, manifest: Digest): Digest {
  const digest = parseDigest(text);
  if (digest !== undefined) return digest;
  throw new NotSaved(`its manifest ${manifest} names ${JSON.stringify(text.slice(0, 100))}, which is not a digest`);
}

function mediaTypeOf({ mediaType, manifests }: Record<string, unknown>): string | undefined {
  if (typeof mediaType === 'string') return mediaType;
  // Only OCI manifests can lack it.
  return Array.isArray(manifests) ? 'application/vnd.oci.image.index.v1+json' : undefined;
}
