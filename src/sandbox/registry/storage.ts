/** Content of a blob: bytes, a function that generates them, or only the size (zeros are read). */
export type BlobContent = Buffer | number | (() => Buffer);

/** Stores blobs and, per repository, links to layers and manifests and unfinished uploads. */
export interface RegistryStorage {
  hasBlob(digest: string): boolean;
  /** Returns undefined if the blob does not exist. */
  readBlob(digest: string): Buffer | undefined;
  blobSize(digest: string): number | undefined;
  putBlob(digest: string, content: BlobContent): void;
  deleteBlob(digest: string): boolean;
  blobs(): string[];

  hasLink(kind: LinkKind, repository: string, digest: string): boolean;
  putLink(kind: LinkKind, repository: string, digest: string): void;
  deleteLink(kind: LinkKind, repository: string, digest: string): boolean;
  /** Lists `repository@digest`, sorted. */
  links(kind: LinkKind): string[];
  /** Returns false if nothing was ever pushed, so that the directory of repositories does not exist. */
  hasRepositories(): boolean;
  /** Lists every repository with links or uploads. */
  repositories(): string[];
  deleteRepository(repository: string): void;

  /** Returns the size of an unfinished upload; undefined if it does not exist. */
  uploadSize(repository: string, id: string): number | undefined;
  readUpload(repository: string, id: string): Buffer;
  /** Adds data to an upload, and starts it if it does not exist. */
  appendUpload(repository: string, id: string, data: Buffer): void;
  deleteUpload(repository: string, id: string): void;

  /** Sets the modification time of all files; in memory, it does nothing. */
  backdate(to: Date): void;
}

export type LinkKind = 'layer' | 'manifest';

/** Returns the bytes of a blob. If only its size is known, at most 1 MiB of zeros. */
export function toBytes(content: BlobContent): Buffer {
  if (typeof content === 'function') return content();
  return typeof content === 'number' ? Buffer.alloc(Math.min(content, 1 << 20)) : content;
}

export function blobLength(content: BlobContent): number {
  if (typeof content === 'number') return content;
  return toBytes(content).length;
}

/**
 * Deletes a manifest link and, as Distribution does, a layer link of the same digest (recorded).
 * @returns false if the manifest link did not exist
 */
export function deleteManifestLink(storage: RegistryStorage, repository: string, digest: string): boolean {
  if (!storage.deleteLink('manifest', repository, digest)) return false;
  storage.deleteLink('layer', repository, digest);
  return true;
}
