import {
  appendFileSync,
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
import { toBytes, type BlobContent, type LinkKind, type RegistryStorage } from './storage.js';

const LINK_DIRECTORY: Record<LinkKind, string> = { layer: '_layers', manifest: '_manifests/revisions' };

/** A directory is a repository if it has one of these. */
const REPOSITORY_PARTS = new Set(['_layers', '_manifests', '_uploads']);

/** Stores files in the layout of Distribution. Nothing is cached, so that tests and regadm can change the files. */
export class FileStorage implements RegistryStorage {
  private readonly root: string;

  /** @param dir directory of `docker/registry/v2` */
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
    write(path, typeof content === 'number' ? '' : toBytes(content));
    // A sparse file: it has the size, but does not use the space.
    if (typeof content === 'number') truncateSync(path, content);
  }

  deleteBlob(digest: string): boolean {
    return deleteDirectory(dirname(this.blobPath(digest)));
  }

  blobs(): string[] {
    const top = join(this.root, 'blobs/sha256');
    const found = subdirectories(top).flatMap((prefix) =>
      subdirectories(join(top, prefix)).map((hex) => `sha256:${hex}`),
    );
    return found.filter((digest) => this.hasBlob(digest)).sort();
  }

  hasLink(kind: LinkKind, repository: string, digest: string): boolean {
    return existsSync(this.linkPath(kind, repository, digest));
  }

  putLink(kind: LinkKind, repository: string, digest: string): void {
    write(this.linkPath(kind, repository, digest), digest);
  }

  deleteLink(kind: LinkKind, repository: string, digest: string): boolean {
    const existed = this.hasLink(kind, repository, digest);
    deleteDirectory(dirname(this.linkPath(kind, repository, digest)));
    return existed;
  }

  links(kind: LinkKind): string[] {
    const found = this.repositories().flatMap((repository) => {
      const digests = subdirectories(join(this.repositoryPath(repository), LINK_DIRECTORY[kind], 'sha256')).map(
        (hex) => `sha256:${hex}`,
      );
      return digests
        .filter((digest) => this.hasLink(kind, repository, digest))
        .map((digest) => `${repository}@${digest}`);
    });
    return found.sort();
  }

  hasRepositories(): boolean {
    return existsSync(join(this.root, 'repositories'));
  }

  repositories(): string[] {
    const top = join(this.root, 'repositories');
    const search = (below: string): string[] => {
      const inside = subdirectories(join(top, below));
      const deeper = inside
        .filter((name) => !REPOSITORY_PARTS.has(name))
        .flatMap((name) => search(below ? `${below}/${name}` : name));
      return inside.some((name) => REPOSITORY_PARTS.has(name)) ? [below, ...deeper] : deeper;
    };
    return search('').sort();
  }

  deleteRepository(repository: string): void {
    rmSync(this.repositoryPath(repository), { recursive: true, force: true });
  }

  uploadSize(repository: string, id: string): number | undefined {
    return unlessMissing(() => statSync(join(this.uploadPath(repository, id), 'data')).size);
  }

  readUpload(repository: string, id: string): Buffer {
    return readFileSync(join(this.uploadPath(repository, id), 'data'));
  }

  appendUpload(repository: string, id: string, data: Buffer): void {
    const directory = this.uploadPath(repository, id);
    const started = join(directory, 'startedat');
    if (!existsSync(started)) write(started, new Date().toISOString());
    appendFileSync(join(directory, 'data'), data);
  }

  deleteUpload(repository: string, id: string): void {
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
    return join(this.repositoryPath(repository), LINK_DIRECTORY[kind], digest.replace(':', '/'), 'link');
  }

  private uploadPath(repository: string, id: string): string {
    return join(this.repositoryPath(repository), '_uploads', id);
  }
}

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function subdirectories(path: string): string[] {
  const entries = unlessMissing(() => readdirSync(path, { withFileTypes: true })) ?? [];
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/** @returns false if it did not exist */
function deleteDirectory(path: string): boolean {
  const existed = existsSync(path);
  rmSync(path, { recursive: true, force: true });
  return existed;
}

/** Returns undefined if a file does not exist. */
function unlessMissing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
