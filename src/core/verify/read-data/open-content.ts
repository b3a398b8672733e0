import { isRepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { Storage } from '../../storage/storage.js';
import type { OpenContent } from './read-blob.js';

/** Reads blobs from the registry's storage. */
export function fromStorage(storage: Pick<Storage, 'openBlob'>, signal: AbortSignal): OpenContent {
  return async ({ digest }) => (await storage.openBlob(digest, { signal }))?.content;
}

/** Reads blobs through the registry. */
export function fromRegistry(registry: Pick<Registry, 'readBlob' | 'readManifest'>, signal: AbortSignal): OpenContent {
  return async ({ digest, repository, isManifest }) => {
    if (!isRepositoryName(repository)) throw new Error(`${repository} is not the name of a repository`);
    if (!isManifest) return (await registry.readBlob(repository, digest, { signal }))?.content;
    const manifest = await registry.readManifest(repository, digest, { signal });
    return manifest && only(manifest.content);
  };
}

async function* only(content: Buffer): AsyncGenerator<Buffer> {
  yield content;
}
