import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { contentOf, type BlobContent, type LinkKind, type RegistryStorage } from './storage.js';

const FOLDER: Record<LinkKind, string> = { layer: '_layers', manifest: '_manifests/revisions' };

/** A repository is a folder that has one of these. */
const PARTS = new Set(['_layers', '_manifests', '_uploads']);

/** The registry's storage as real files in Distribution's layout; the files are the truth, nothing is cached. */
export class FileStorage implements RegistryStorage {
  private readonly root: string;

  /** @param dir the folder that holds `docker/registry/v2` */
  constructor(dir: string) {
    this.root = join(dir, 'docker/registry/v2');
    mkdirSync(join(this.root, 'blobs/sha256'), { recursive: true });
    mkdirSync(join(this.root, 'repositories'), { recursive: true });
  }

  hasBlob(digest: string): boolean {
    return existsSync(this.blobPath(digest));
  }

  readBlob(digest: string): Buffer | undefined {
    return unlessMissing(() => readFileSync(this.blobPath(digest)));
  }

  blobSize(digest: string): number | undefined {
    return unlessMissing(() => statSync(this.blobPath(digest)).size);
  }

  putBlob(digest: string, content: BlobContent): void {
    const path = this.blobPath(digest);
    write(path, typeof content === 'number' ? '' : contentOf(content));
    // Sparse: it has the size, not the weight.
    if (typeof content === 'number') truncateSync(path, content);
  }

  deleteBlob(digest: string): boolean {
    const folder = dirname(this.blobPath(digest));
    const was = existsSync(folder);
    rmSync(folder, { recursive: true, force: true });
    return was;
  }

  blobs(): string[] {
    const top = join(this.root, 'blobs/sha256');
    const found = folders(top).flatMap((prefix) => folders(join(top, prefix)).map((hex) => `sha256:${hex}`));
    return found.filter((digest) => this.hasBlob(digest)).sort();
  }

  hasLink(kind: LinkKind, repository: string, digest: string): boolean {
    return existsSync(this.linkPath(kind, repository, digest));
  }

  putLink(kind: LinkKind, repository: string, digest: string): void {
    write(this.linkPath(kind, repository, digest), digest);
  }

  deleteLink(kind: LinkKind, repository: string, digest: string): boolean {
    const path = this.linkPath(kind, repository, digest);
    const was = existsSync(path);
    rmSync(dirname(path), { recursive: true, force: true });
    return was;
  }

  links(kind: LinkKind): string[] {
    const found = this.repositories().flatMap((repository) => {
      const digests = folders(join(this.repositoryPath(repository), FOLDER[kind], 'sha256')).map(
        (hex) => `sha256:${hex}`,
      );
      return digests
        .filter((digest) => this.hasLink(kind, repository, digest))
        .map((digest) => `${repository}@${digest}`);
    });
    return found.sort();
  }

  repositories(): string[] {
    const top = join(this.root, 'repositories');
    const search = (below: string): string[] => {
      const inside = folders(join(top, below));
      const deeper = inside
        .filter((name) => !PARTS.has(name))
        .flatMap((name) => search(below ? `${below}/${name}` : name));
      return inside.some((name) => PARTS.has(name)) ? [below, ...deeper] : deeper;
    };
    return search('').sort();
  }

  deleteRepository(repository: string): void {
    rmSync(this.repositoryPath(repository), { recursive: true, force: true });
  }

  putTag(repository: string, tag: string, digest: string): void {
    const folder = join(this.repositoryPath(repository), '_manifests/tags', tag);
    write(join(folder, 'current/link'), digest);
    write(join(folder, 'index', digest.replace(':', '/'), 'link'), digest);
  }

  tagged(repository: string, tag: string): string | undefined {
    const path = join(this.repositoryPath(repository), '_manifests/tags', tag, 'current/link');
    return unlessMissing(() => readFileSync(path, 'utf8'));
  }

  upload(repository: string, id: string): Buffer | undefined {
    return unlessMissing(() => readFileSync(join(this.uploadPath(repository, id), 'data')));
  }

  putUpload(repository: string, id: string, data: Buffer): void {
    const folder = this.uploadPath(repository, id);
    if (!existsSync(join(folder, 'startedat'))) write(join(folder, 'startedat'), new Date().toISOString());
    write(join(folder, 'data'), data);
  }

  endUpload(repository: string, id: string): void {
    rmSync(this.uploadPath(repository, id), { recursive: true, force: true });
  }

  backdate(to: Date): void {
    for (const entry of readdirSync(this.root, { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), to, to);
    }
  }

  private blobPath(digest: string): string {
    const hex = digest.replace(/^sha256:/, '');
    return join(this.root, 'blobs/sha256', hex.slice(0, 2), hex, 'data');
  }

  private repositoryPath(repository: string): string {
    return join(this.root, 'repositories', repository);
  }

  private linkPath(kind: LinkKind, repository: string, digest: string): string {
    return join(this.repositoryPath(repository), FOLDER[kind], digest.replace(':', '/'), 'link');
  }

  private uploadPath(repository: string, id: string): string {
    return join(this.repositoryPath(repository), '_uploads', id);
  }
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function folders(path: string): string[] {
  const entries = unlessMissing(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
