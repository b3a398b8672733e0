import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from '@jest/globals';

/** A short description of a registry's storage: blob sizes by digest; links and uploads by repository. */
export interface StorageDescription {
  blobs: Record<string, number>;
  repositories: Record<string, { manifests: string[] | null; layers?: string[]; uploads?: string[] }>;
}

const directories: string[] = [];

/** Creates a directory that is deleted when the test file ends. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'regadm-test-'));
  directories.push(directory);
  return directory;
}

afterAll(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
});

/** Writes the described storage below `directory/docker/registry/v2`. @returns that path */
export function makeStorageTree(directory: string, description: StorageDescription): string {
  const root = path.join(directory, 'docker/registry/v2');
  mkdirSync(path.join(root, 'blobs/sha256'), { recursive: true });
  mkdirSync(path.join(root, 'repositories'), { recursive: true });
  for (const [digest, size] of Object.entries(description.blobs)) {
    const hex = digest.slice(7);
    write(path.join(root, 'blobs/sha256', hex.slice(0, 2), hex, 'data'), Buffer.alloc(size, 'x'));
  }
  for (const [name, { manifests, layers = [], uploads = [] }] of Object.entries(description.repositories)) {
    const repository = path.join(root, 'repositories', name);
    mkdirSync(path.join(repository, '_layers'), { recursive: true });
    if (manifests) mkdirSync(path.join(repository, '_manifests/revisions/sha256'), { recursive: true });
    for (const digest of manifests ?? [])
      write(path.join(repository, '_manifests/revisions/sha256', digest.slice(7), 'link'), digest);
    for (const digest of layers) write(path.join(repository, '_layers/sha256', digest.slice(7), 'link'), digest);
    for (const id of uploads) write(path.join(repository, '_uploads', id, 'startedat'), '2025-12-31T00:00:00Z');
  }
  return root;
}

/** Lists all files and symbolic links below a directory, relative to it, sorted. */
export function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .sort();
}

function write(file: string, content: string | Buffer): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
}
