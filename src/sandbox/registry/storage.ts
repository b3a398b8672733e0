/** Content of a blob: bytes, or only a size (then content is made up when it is asked for). */
export type BlobContent = Buffer | number | (() => Buffer);

/** What the registry keeps: blobs, and per repository links to layers, manifests, tags, uploads under way. */
export interface RegistryStorage {
  hasBlob(digest: string): boolean;
  /** Undefined when there is no such blob. */
  readBlob(digest: string): Buffer | undefined;
  blobSize(digest: string): number | undefined;
  putBlob(digest: string, content: BlobContent): void;
  deleteBlob(digest: string): boolean;
  blobs(): string[];

  hasLink(kind: LinkKind, repository: string, digest: string): boolean;
  putLink(kind: LinkKind, repository: string, digest: string): void;
  deleteLink(kind: LinkKind, repository: string, digest: string): boolean;
  /** `repository@digest`, sorted. */
  links(kind: LinkKind): string[];
  /** Every repository that has links or uploads. */
  repositories(): string[];
  deleteRepository(repository: string): void;

  putTag(repository: string, tag: string, digest: string): void;
  tagged(repository: string, tag: string): string | undefined;

  /** An upload that is under way, by its id; `undefined` when there is none. */
  upload(repository: string, id: string): Buffer | undefined;
  putUpload(repository: string, id: string, data: Buffer): void;
  endUpload(repository: string, id: string): void;

  /** Makes everything that is there look as old as this (files only). */
  backdate(to: Date): void;
}

export type LinkKind = 'layer' | 'manifest';

/** Bytes of a blob of which only the size is known: small ones exactly, large ones as far as memory allows. */
export function contentOf(content: BlobContent): Buffer {
  if (typeof content === 'function') return content();
  return typeof content === 'number' ? Buffer.alloc(Math.min(content, 1 << 20)) : content;
}

export function sizeOf(content: BlobContent): number {
  if (typeof content === 'number') return content;
  return contentOf(content).length;
}

/**
 * Deletes a manifest link as Distribution does: a layer link of the same digest goes with it (recorded).
 * @returns false when there was none
 */
export function removeManifestLink(storage: RegistryStorage, repository: string, digest: string): boolean {
  if (!storage.deleteLink('manifest', repository, digest)) return false;
  storage.deleteLink('layer', repository, digest);
  return true;
}
