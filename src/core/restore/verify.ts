import { forEachParallel } from '../kit/parallel.js';
import type { Digest } from '../model/digest.js';
import { failureOf, type Failure } from '../model/document.js';
import { messageOf } from '../model/errors.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Registry } from '../registry/api.js';
import type { RestoreEvidence } from './plan/evidence.js';
import type { NeededBlob } from './plan/manifest-needs.js';
import type { PlannedImage } from './plan/plan.js';
import type { RestoreCluster } from './ports.js';

/** One thing that is wrong with an image after a restore. */
interface ImageProblem {
  what: 'missing-image' | 'missing-manifest' | 'missing-config' | 'missing-layer' | 'wrong-size';
  digest: Digest;
  repository: RepositoryName;
}

/** What a verification of the restored images found. */
export interface RestoreVerification {
  images: number;
  /** Distinct digests that were looked up, manifests included. */
  blobs: number;
  broken: { image: Digest; problems: ImageProblem[] }[];
  /** Images that could not be checked; they are never called broken. */
  unchecked: { image: Digest; message: string }[];
}

interface VerifyInput {
  cluster: RestoreCluster;
  registry: Pick<Registry, 'findManifest' | 'findBlob'>;
  evidence: Pick<RestoreEvidence, 'images'>;
  concurrency: number;
  signal: AbortSignal;
}

/** Looks up everything that restored images need, in the registry and in the cluster. */
export async function verifyRestored(
  images: readonly PlannedImage[],
  input: VerifyInput,
): Promise<RestoreVerification> {
  const look = new SecondLook(input);
  const verification: RestoreVerification = { images: images.length, blobs: 0, broken: [], unchecked: [] };
  await forEachParallel(images, { concurrency: input.concurrency }, async (image) => {
    try {
      const problems = await look.at(image);
      if (problems.length > 0) verification.broken.push({ image: image.name, problems });
    } catch (error) {
      verification.unchecked.push({ image: image.name, message: messageOf(error) });
    }
  });
  return { ...verification, blobs: look.digests.size };
}

/** Returns what is broken or could not be checked as failures: exit status 3. */
export function verificationFailures({ broken, unchecked }: RestoreVerification): Failure[] {
  return [
    ...broken.flatMap(({ image, problems }) =>
      problems.map(({ what, digest, repository }) =>
        failureOf(`image ${image}`, new Error(`the verification finds ${what} ${digest} in repository ${repository}`), [
          'run the same command again: it restores what is missing',
        ]),
      ),
    ),
    ...unchecked.map(({ image, message }) =>
      failureOf(`image ${image}`, new Error(`could not be verified: ${message}`)),
    ),
  ];
}

class SecondLook {
  readonly digests = new Set<Digest>();
  private readonly blobs = new Map<string, Promise<{ bytes: number } | undefined>>();

  constructor(private readonly input: VerifyInput) {}

  /** @throws RegadmError if the registry or the cluster cannot be asked */
  async at({ name, targets }: PlannedImage): Promise<ImageProblem[]> {
    const { cluster, registry, evidence, signal } = this.input;
    const { needs } = evidence.images.get(name) ?? {};
    const problems: ImageProblem[] = [];
    const object = await cluster.findImage(name);
    for (const { repository } of targets) {
      if (!object) problems.push({ what: 'missing-image', digest: name, repository });
      this.digests.add(name);
      if (!(await registry.findManifest(repository, name, { signal })))
        problems.push({ what: 'missing-manifest', digest: name, repository });
      for (const blob of needs?.blobs ?? []) {
        const what = await this.problemOf(repository, blob);
        if (what) problems.push({ what, digest: blob.digest, repository });
      }
    }
    return problems;
  }

  private async problemOf(
    repository: RepositoryName,
    { digest, bytes, foreign, isConfig }: NeededBlob,
  ): Promise<ImageProblem['what'] | undefined> {
    if (foreign) return undefined;
    const key = `${repository}@${digest}`;
    const { registry, signal } = this.input;
    const known = this.blobs.get(key) ?? registry.findBlob(repository, digest, { signal });
    this.blobs.set(key, known);
    this.digests.add(digest);
    const found = await known;
    if (!found) return isConfig ? 'missing-config' : 'missing-layer';
    // Schema 1 manifests do not state sizes.
    return bytes > 0 && found.bytes !== bytes ? 'wrong-size' : undefined;
  }
}
