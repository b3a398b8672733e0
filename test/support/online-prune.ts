import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { HardPruneDocument } from '../../src/core/hard-prune/output/document-type.js';
import type { Sandbox } from '../../src/sandbox/index.js';
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

/** Returns the changes that a process with `fail-at-change.js` has made, in order. */
export function recordedChanges(file: string): string[] {
  const changes = readFileSync(file, 'utf8').split('\n');
  rmSync(file);
  return changes;
}

/** Returns the number of these changes. */
export const countedChanges = (file: string): number => recordedChanges(file).length;

/** Creates an Image with this manifest, which an image stream lists. */
export function useInStream(sandbox: Sandbox, manifest: string, repository = 'shop/again'): void {
  const [namespace, name] = repository.split('/') as [string, string];
  const reference = `image-registry.openshift-image-registry.svc:5000/${repository}@${manifest}`;
  sandbox.store.put('images', {
    metadata: { name: manifest },
    dockerImageReference: reference,
    dockerImageLayers: [],
    dockerImageMetadata: { Id: '' },
    dockerImageManifestMediaType: 'application/vnd.docker.distribution.manifest.v1+json',
  });
  const stream = sandbox.store.get('imagestreams', namespace, name);
  const tags = [...((stream?.status as { tags?: object[] } | undefined)?.tags ?? [])];
  tags.push({
    tag: 'again',
    items: [{ created: '2026-01-01T00:00:00Z', dockerImageReference: reference, image: manifest, generation: 1 }],
  });
  sandbox.store.put('imagestreams', {
    ...stream,
    metadata: { ...stream?.metadata, name, namespace },
    status: { ...stream?.status, tags },
  });
}

/** Writes a layer link, as a push does that finds the blob in the storage. */
export function pushLink(storage: string, repository: string, layer: string): void {
  const link = join(storage, 'docker/registry/v2/repositories', repository, '_layers/sha256', layer.slice(7), 'link');
  mkdirSync(dirname(link), { recursive: true });
  writeFileSync(link, layer);
}
