import { contentOf, sizeOf, type BlobContent, type LinkKind, type RegistryStorage } from './storage.js';

/** The registry's storage as sets in memory: fast enough for hundreds of small clusters, and for very large ones. */
export class MemoryStorage implements RegistryStorage {
  private readonly content = new Map<string, BlobContent>();
  private readonly linked = { layer: new Set<string>(), manifest: new Set<string>() };
  private readonly tags = new Map<string, string>();
  private readonly uploads = new Map<string, Buffer>();

  hasBlob(digest: string): boolean {
    return this.content.has(digest);
  }

  readBlob(digest: string): Buffer | undefined {
    const content = this.content.get(digest);
    return content === undefined ? undefined : contentOf(content);
  }

  blobSize(digest: string): number | undefined {
    const content = this.content.get(digest);
    return content === undefined ? undefined : sizeOf(content);
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
    return this.linked[kind].has(`${repository}@${digest}`);
  }

  putLink(kind: LinkKind, repository: string, digest: string): void {
    this.linked[kind].add(`${repository}@${digest}`);
  }

  deleteLink(kind: LinkKind, repository: string, digest: string): boolean {
    return this.linked[kind].delete(`${repository}@${digest}`);
  }

  links(kind: LinkKind): string[] {
    return [...this.linked[kind]].sort();
  }

  repositories(): string[] {
    const names = [...this.linked.layer, ...this.linked.manifest].map((link) => link.slice(0, link.indexOf('@')));
    return [...new Set(names)].sort();
  }

  deleteRepository(repository: string): void {
    for (const links of Object.values(this.linked)) {
      for (const link of links) if (link.startsWith(`${repository}@`)) links.delete(link);
    }
  }

  putTag(repository: string, tag: string, digest: string): void {
    this.tags.set(`${repository}:${tag}`, digest);
  }

  tagged(repository: string, tag: string): string | undefined {
    return this.tags.get(`${repository}:${tag}`);
  }

  upload(repository: string, id: string): Buffer | undefined {
    return this.uploads.get(`${repository}/${id}`);
  }

  putUpload(repository: string, id: string, data: Buffer): void {
    this.uploads.set(`${repository}/${id}`, data);
  }

  endUpload(repository: string, id: string): void {
    this.uploads.delete(`${repository}/${id}`);
  }

  backdate(): void {
    // Nothing in memory has an age.
  }
}
