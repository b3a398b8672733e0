import { mapParallel } from '../../kit/parallel.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import { isUnavailable } from '../../registry/error.js';
import type { ContentEvidence, ImageEvidence } from '../plan/evidence.js';

/** What is looked for, and who has it. */
interface LookInput {
  registry: Pick<Registry, 'findManifest' | 'findBlob'>;
  images: ReadonlyMap<Digest, ImageEvidence>;
  targets: ReadonlyMap<Digest, readonly RepositoryName[]>;
  /** True if the backup has a blob of this size. */
  isSaved(digest: Digest, bytes: number): Promise<boolean>;
  /** Repositories that have a blob according to the Image objects of the cluster. */
  holders: Map<Digest, Set<RepositoryName>>;
  concurrency: number;
  signal: AbortSignal;
  onLooked(): void;
}

/**
 * Looks up in the registry which manifests and blobs the target repositories have. Adds the repositories that have a
 * blob to its holders.
 * @throws RegistryError if the registry is not there; a failure that concerns one repository is part of the result
 */
export async function lookAround(input: LookInput): Promise<ContentEvidence> {
  const { images, targets, concurrency, signal } = input;
  const look = new Look(input);
  const pairs = [...targets].flatMap(([name, repositories]) =>
    repositories.map((repository) => ({ image: images.get(name)!, repository })),
  );
  await mapParallel(pairs, concurrency, async ({ image, repository }) => {
    signal.throwIfAborted();
    await look.at(image, repository);
    input.onLooked();
  });
  await look.findSources(pairs.map(({ image }) => image));
  return look;
}

class Look implements ContentEvidence {
  private readonly manifests = new Set<string>();
  private readonly blobs = new Map<string, Promise<boolean>>();
  private readonly present = new Set<string>();
  private readonly problems = new Map<string, string>();
  private readonly available = new Set<Digest>();

  constructor(private readonly input: LookInput) {}

  hasManifest(repository: RepositoryName, digest: Digest): boolean {
    return this.manifests.has(keyOf(repository, digest));
  }

  hasBlob(repository: RepositoryName, digest: Digest): boolean {
    return this.present.has(keyOf(repository, digest));
  }

  problem(repository: RepositoryName, image: Digest): string | undefined {
    return this.problems.get(keyOf(repository, image));
  }

  isAvailable(digest: Digest): boolean {
    return this.available.has(digest);
  }

  async at({ name, needs }: ImageEvidence, repository: RepositoryName): Promise<void> {
    const { registry, signal } = this.input;
    try {
      if (await registry.findManifest(repository, name, { signal })) this.manifests.add(keyOf(repository, name));
      for (const { digest } of needs?.blobs ?? []) {
        if (await this.lookUp(repository, digest)) this.noteHolder(repository, digest);
      }
    } catch (error) {
      if (signal.aborted || isUnavailable(error)) throw error;
      this.problems.set(keyOf(repository, name), messageOf(error));
    }
  }

  /** Finds out which blobs can be pushed or mounted. */
  async findSources(images: readonly ImageEvidence[]): Promise<void> {
    const { holders, isSaved, concurrency } = this.input;
    const blobs = new Map(images.flatMap(({ needs }) => (needs?.blobs ?? []).map((blob) => [blob.digest, blob.bytes])));
    await mapParallel(blobs, concurrency, async ([digest, bytes]) => {
      if ((await isSaved(digest, bytes)) || (await this.isServed(digest, holders.get(digest))))
        this.available.add(digest);
    });
  }

  /** Asks repositories for a blob: an Image object does not prove that the registry still has what it names. */
  private async isServed(digest: Digest, repositories: Iterable<RepositoryName> = []): Promise<boolean> {
    const { signal } = this.input;
    for (const repository of repositories) {
      try {
        if (await this.lookUp(repository, digest)) return true;
      } catch (error) {
        if (signal.aborted || isUnavailable(error)) throw error;
        // Nor can a repository that cannot be read provide it: mounting from it needs the same permission.
      }
    }
    return false;
  }

  /** Sends one request for each blob of a repository, even if several images share it. */
  private lookUp(repository: RepositoryName, digest: Digest): Promise<boolean> {
    const { registry, signal } = this.input;
    const key = keyOf(repository, digest);
    const known = this.blobs.get(key) ?? registry.findBlob(repository, digest, { signal }).then(Boolean);
    this.blobs.set(key, known);
    return known;
  }

  private noteHolder(repository: RepositoryName, digest: Digest): void {
    this.present.add(keyOf(repository, digest));
    const { holders } = this.input;
    // An answer of the registry is more certain than the reference of an Image object.
    holders.set(digest, new Set([repository, ...(holders.get(digest) ?? [])]));
  }
}

function keyOf(repository: RepositoryName, digest: Digest): string {
  return `${repository}@${digest}`;
}
