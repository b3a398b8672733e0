import { digestOf, type DockerRegistry } from '../servers/docker-registry.js';
import type { ClusterImages } from './cluster-images.js';
import { blobsOf, type ImageContent } from './contents.js';
import { ACCEPT } from './push-client.js';
import type { SoakStorage } from './storage.js';

export interface Findings {
  /** Number of images that were pulled, by repository. */
  pulled: number;
  /** What cannot be pulled, with the reason. */
  broken: string[];
  /**
   * What a plain registry does not serve, because a link is missing: blobs, which the integrated registry serves if an
   * image that the image stream lists names them, and manifests that were listed through the API alone.
   */
  unlinked: string[];
}

/** Pulls images with everything that they name, and compares every digest. */
export async function findBroken(
  cluster: ClusterImages,
  registry: DockerRegistry,
  storage: SoakStorage,
): Promise<Findings> {
  const findings: Findings = { pulled: 0, broken: [], unlinked: [] };
  const check = async (repository: string, image: ImageContent): Promise<void> => {
    const isLinked = !cluster.accepted.get(image.digest)?.mapped.has(repository);
    await checkFile(`/v2/${repository}/manifests/${image.digest}`, image.digest, isLinked);
    for (const { digest } of blobsOf(image)) await checkFile(`/v2/${repository}/blobs/${digest}`, digest, false);
    for (const child of image.children) await check(repository, child);
  };
  const checkFile = async (path: string, digest: string, isLinked: boolean): Promise<void> => {
    const { status, body } = await registry.request('GET', path, undefined, { accept: ACCEPT });
    if (status === 200 && digestOf(body) === digest) return;
    const stored = await storage.read(digest);
    if (!isLinked && status === 404 && stored && digestOf(stored) === digest) findings.unlinked.push(path);
    else
      findings.broken.push(
        `${path}: status ${status}, ${stored ? 'stored' : 'not stored'}: ${cluster.historyOf(digest)}`,
      );
  };
  for (const { image, repositories } of cluster.accepted.values()) {
    for (const repository of repositories) {
      findings.pulled++;
      await check(repository, image);
    }
  }
  return findings;
}
