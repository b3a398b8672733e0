import { sha256Digest, type Digest } from '../../model/digest.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import type { Storage } from '../../storage/storage.js';
import { readClusterAgain, type ClusterPorts } from '../../verification/gather/read-cluster.js';
import type { Verified } from '../../verification/verify-images.js';

/** A manifest link whose manifest no Image object names. */
export interface LostLink {
  repository: RepositoryName;
  digest: Digest;
}

/**
 * Finds the manifests in the storage that no Image object names, and no index that a stream lists. Images are listed
 * again after the storage: one that was pushed in between is not lost.
 */
export async function findLost(
  ports: ClusterPorts,
  { listed, needs }: Pick<Verified, 'listed' | 'needs'>,
  storage: Pick<Storage, 'survey'>,
): Promise<LostLink[]> {
  const { reporter, signal } = ports;
  const { digests } = listed.snapshot;
  const found: LostLink[] = [];
  reporter.phase("listing entries of the registry's storage, for images without Image object");
  await storage.survey({
    signal,
    onBlob: () => {},
    onRepository({ name, manifests }) {
      if (!isRepositoryName(name) || !isRequested(listed.scopes, name)) return;
      for (const hex of manifests)
        if (!needs.isNamed(digests.find(`sha256:${hex}`))) found.push({ repository: name, digest: sha256Digest(hex) });
    },
    onListed: (entries) => reporter.tick(entries),
  });
  if (found.length === 0) return [];
  const now = (await readClusterAgain(ports)).snapshot;
  return found.filter(({ digest }) => now.images.indexOf(now.digests.find(digest)) === -1);
}

/** Returns true if an argument selects a repository; a tag selects its stream. */
function isRequested(scopes: Verified['listed']['scopes'], repository: string): boolean {
  if (scopes.length === 0) return true;
  return scopes.some(({ namespace, name }) =>
    name === undefined ? repository.startsWith(`${namespace}/`) : repository === `${namespace}/${name}`,
  );
}
