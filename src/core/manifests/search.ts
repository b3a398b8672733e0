import { hasCode, messageOf } from '../model/errors.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { isUnavailable } from '../registry/error.js';

/** Maximum concurrent manifest requests. */
export const CONCURRENCY = 16;

/** Searches for manifests of images in the repositories from which they can be pulled. */
export class ManifestSearch {
  /** Why nothing more is requested: the registry is unavailable. */
  private ended: string | undefined;
  /** Why nothing more is requested from some repositories: the user is not allowed to pull from there. */
  private readonly denied = new Map<RepositoryName, string>();

  constructor(
    private readonly snapshot: Pick<Snapshot, 'images' | 'digests'>,
    private readonly registry: Registry,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Reads the manifest of an image from the first repository that has it. Never throws.
   * @param take uses the manifest, and throws if it is not one
   * @returns `unknown` if the registry does not have it in any repository, `problem` if a repository cannot say that
   */
  async find(
    image: number,
    repositories: ReadonlySet<RepositoryName>,
    take: (manifest: unknown) => void,
  ): Promise<'found' | 'unknown' | { problem: string }> {
    const problems: string[] = [];
    for (const repository of repositories) {
      const found = await this.findIn(image, repository, take);
      if (found === 'found') return found;
      if (found !== 'unknown') problems.push(found.problem);
    }
    const [problem] = repositories.size === 0 ? ['no image stream lists it'] : problems;
    return problem === undefined ? 'unknown' : { problem };
  }

  private async findIn(
    image: number,
    repository: RepositoryName,
    take: (manifest: unknown) => void,
  ): ReturnType<ManifestSearch['find']> {
    const obstacle =
      this.ended ?? this.denied.get(repository) ?? (this.signal.aborted ? 'the run is ending' : undefined);
    if (obstacle !== undefined) return { problem: obstacle };
    const { images, digests } = this.snapshot;
    try {
      const digest = digests.digest(images.name(image));
      const manifest = await this.registry.getManifest(repository, digest, { signal: this.signal });
      if (!manifest) return 'unknown';
      take(manifest);
      return 'found';
    } catch (error) {
      const problem = messageOf(error);
      if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) this.denied.set(repository, problem);
      else if (isUnavailable(error)) this.ended ??= problem;
      return { problem };
    }
  }
}
