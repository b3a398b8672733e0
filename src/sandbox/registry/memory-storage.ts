import { toBytes, blobLength, type BlobContent, type LinkKind, type RegistryStorage } from './storage.js';

/** Stores blobs and links in memory: fast enough for hundreds of small clusters and for very large ones. */
export class MemoryStorage implements RegistryStorage {
  private readonly content = new Map<string, BlobContent>();
  private readonly linkSets = { layer: new Set<string>(), manifest: new Set<string>() };
  private readonly uploads = new Map<string, Buffer[]>();

  hasBlob(digest: string): boolean {
    return this.content.has(digest);
  }

  readBlob(digest: string): Buffer | undefined {
    const content = this.content.get(digest);
    return content === undefined ? undefined : toBytes(content);
  }

  blobSize(digest: string): number | undefined {
    const content = this.content.get(digest);
    return content === undefined ? undefined : blobLength(content);
  }

  putBlob(digest: string, content: BlobContent): void {
    this.content.set(digest, content);
  }

  deleteBlob(digest: string): boolean {
    return this.content.delete(digest);
  }

  blobs(): string[] {
    return [...this.content.keys()].sort();
  }

  hasLink(kind: LinkKind, repository: string, digest: string): boolean {
    return this.linkSets[kind].has(`${repository}@${digest}`);
  }

  putLink(kind: LinkKind, repository: string, digest: string): void {
    this.linkSets[kind].add(`${repository}@${digest}`);
  }

  deleteLink(kind: LinkKind, repository: string, digest: string): boolean {
    return this.linkSets[kind].delete(`${repository}@${digest}`);
  }

  links(kind: LinkKind): string[] {
    return [...this.linkSets[kind]].sort();
  }

  hasRepositories(): boolean {
    return this.repositories().length > 0;
  }

  repositories(): string[] {
    const names = [...this.linkSets.layer, ...this.linkSets.manifest].map((link) => link.slice(0, link.indexOf('@')));
    return [...new Set(names)].sort();
  }

  deleteRepository(repository: string): void {
    for (const links of Object.values(this.linkSets)) {
      for (const link of links) if (link.startsWith(`${repository}@`)) links.delete(link);
    }
  }

  uploadSize(repository: string, id: string): number | undefined {
    return this.uploads.get(`${repository}/${id}`)?.reduce((sum, part) => sum + part.length, 0);
  }

  readUpload(repository: string, id: string): Buffer {
    return Buffer.concat(this.uploads.get(`${repository}/${id}`) ?? []);
  }

  appendUpload(repository: string, id: string, data: Buffer): void {
    const key = `${repository}/${id}`;
    const parts = this.uploads.get(key) ?? [];
    parts.push(data);
    this.uploads.set(key, parts);
  }

  deleteUpload(repository: string, id: string): void {
    this.uploads.delete(`${repository}/${id}`);
  }

  backdate(): void {
    // Only files have a modification time.
  }
}
