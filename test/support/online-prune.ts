import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HardPruneDocument } from '../../src/core/hard-prune/output/document-type.js';
import { filesBelow } from './storage-tree.js';

/** Returns the files of a storage that the registry sees. */
export const registryFiles = (storage: string): string[] => filesBelow(join(storage, 'docker'));

/** Returns the digests of the blobs in the trash of a storage, sorted. */
export function trashedBlobs(storage: string): string[] {
  const trash = join(storage, 'regadm/trash');
  const files = existsSync(trash) ? filesBelow(trash) : [];
  return [...new Set(files.flatMap((file) => /([0-9a-f]{64})\/data$/.exec(file)?.[1] ?? []))].sort();
}

/** Returns the digests of the blobs in their place, sorted. */
export const storedBlobs = (storage: string): string[] =>
  registryFiles(storage)
    .flatMap((file) => /blobs\/sha256\/..\/([0-9a-f]{64})\/data$/.exec(file)?.[1] ?? [])
    .sort();

/** Reads the document of a run. */
export const documentOf = ({ stdout }: { stdout: string }): HardPruneDocument =>
  JSON.parse(stdout) as HardPruneDocument;

/** Returns the number of changes that a process with `fail-at-change.js` has counted. */
export function countedChanges(file: string): number {
  const changes = Number(readFileSync(file, 'utf8'));
  rmSync(file);
  return changes;
}
