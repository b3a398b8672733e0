import { MANIFEST_LIMIT_BYTES } from '../../kit/limits.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { Storage } from '../../storage/storage.js';

/** A blob that is being read. */
export interface OpenedBlob {
  content: AsyncIterable<Buffer>;
}

/** A manifest as it is stored; the media type if it is known. */
export interface ReadManifest {
  content: Buffer;
  mediaType?: string;
}

/** Where the content of images is read from. */
export interface ContentSource {
  /** True if only images that an image stream lists can be read. */
  readonly needsStream: boolean;
  /** Reads a manifest; undefined if it does not exist. @throws RegistryError, or why the storage cannot be read */
  readManifest(digest: Digest, repositories: readonly RepositoryName[]): Promise<ReadManifest | undefined>;
  /** Opens a blob; undefined if it does not exist. @throws RegistryError, or why the storage cannot be read */
  openBlob(digest: Digest, repositories: readonly RepositoryName[]): Promise<OpenedBlob | undefined>;
}

/** Reads through the registry, in the first repository that has the content. */
export class RegistrySource implements ContentSource {
  readonly needsStream = true;

  constructor(
    private readonly registry: Pick<Registry, 'readManifest' | 'readBlob'>,
    private readonly signal: AbortSignal,
  ) {}

  readManifest(digest: Digest, repositories: readonly RepositoryName[]): Promise<ReadManifest | undefined> {
    const { registry, signal } = this;
    return firstFound(repositories, (repository) => registry.readManifest(repository, digest, { signal }));
  }

  openBlob(digest: Digest, repositories: readonly RepositoryName[]): Promise<OpenedBlob | undefined> {
    const { registry, signal } = this;
    return firstFound(repositories, (repository) => registry.readBlob(repository, digest, { signal }));
  }
}

/** Reads the registry's storage. */
export class StorageSource implements ContentSource {
  readonly needsStream = false;

  constructor(
    private readonly storage: Pick<Storage, 'openBlob' | 'readBlob'>,
    private readonly signal: AbortSignal,
  ) {}

  async readManifest(digest: Digest): Promise<ReadManifest | undefined> {
    const content = await this.storage.readBlob(digest, MANIFEST_LIMIT_BYTES);
    return content && { content };
  }

  openBlob(digest: Digest): Promise<OpenedBlob | undefined> {
    return this.storage.openBlob(digest, { signal: this.signal });
  }
}

/** @throws the last error, if none has it and one request failed */
async function firstFound<T>(
  repositories: readonly RepositoryName[],
  find: (repository: RepositoryName) => Promise<T | undefined>,
): Promise<T | undefined> {
  let failure: unknown;
  for (const repository of repositories) {
    try {
      const found = await find(repository);
      if (found !== undefined) return found;
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure instanceof Error ? failure : new Error(messageOf(failure));
  return undefined;
}
