import { hasCode, messageOf } from '../model/errors.js';
import { forEachParallel } from '../kit/parallel.js';
import { manifestParts } from '../model/image-manifest.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import { recordOf } from '../model/table/image-record.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { isUnavailable } from '../registry/error.js';
import type { PruneOptions } from '../graph/options.js';
import { acceptUnreadable, placesOfUnreadable } from '../graph/unreadable.js';
import type { Reporter } from '../kit/reporter.js';
import { repositoriesListing } from './repositories.js';
import { remedyOf } from './texts.js';

/** Maximum concurrent manifest requests. */
const CONCURRENCY = 16;

/** Maximum number of images that warnings name: tenants choose how many there are. */
const LISTED = 20;

/**
 * Finds out what the unreadable images name: from the registry, or because the user accepts that nothing says it. What
 * is unreadable then restricts the run.
 * @param registry absent, or the error of opening it, if it is not available
 */
export async function resolveUnreadable(
  snapshot: Snapshot,
  options: PruneOptions,
  registry: Registry | Error | undefined,
  { reporter, signal }: { reporter: Reporter; signal: AbortSignal },
): Promise<void> {
  if (registry && !(registry instanceof Error)) {
    const places = placesOfUnreadable(snapshot);
    reporter.phase('reading manifests', snapshot.images.unreadable.size);
    const unpullable = await readUnreadable(snapshot, registry, signal);
    signal.throwIfAborted();
    warnAboutUnpullable(
      unpullable.map((image) => `image ${snapshot.images.nameText(image)} (${places.get(image)})`),
      reporter,
    );
  }
  for (const line of acceptUnreadable(snapshot, options.ignoreUnreadable)) reporter.warning(line);
  if (registry instanceof Error && snapshot.images.unreadable.size > 0)
    reporter.warning(`cannot ask the registry what unreadable images name: ${registry.message}; ${remedyOf(registry)}`);
}

function warnAboutUnpullable(images: string[], reporter: Reporter): void {
  for (const image of images.slice(0, LISTED))
    reporter.warning(
      `${image} cannot be pulled: its metadata cannot be read, and the registry does not have its manifest; it counts as an image without layers; push it again, or delete its tags`,
    );
  if (images.length > LISTED) reporter.warning(`${images.length - LISTED} more images cannot be pulled`);
}

/**
 * Reads the manifests of the images that are unreadable, and adds to the snapshot what they name. An image that the
 * registry does not have in any image stream that lists it counts as readable and names no blob. The others stay
 * unreadable, with the reason. Never throws.
 * @returns the images (by number) that cannot be pulled
 */
async function readUnreadable(snapshot: Snapshot, registry: Registry, signal: AbortSignal): Promise<number[]> {
  const unread = [...snapshot.images.unreadable.keys()];
  const repositories = repositoriesListing(snapshot, unread);
  const reading = new Reading(snapshot, registry, signal);
  await forEachParallel(unread, { concurrency: CONCURRENCY }, (image) =>
    reading.read(image, repositories.get(image) ?? new Set()),
  );
  return reading.unpullable;
}

class Reading {
  /** Images (by number) that no image stream that lists them can serve. */
  readonly unpullable: number[] = [];
  /** Why nothing more is requested: the registry is unavailable. */
  private ended: string | undefined;
  /** Why nothing more is requested from some repositories: the user is not allowed to pull from there. */
  private readonly denied = new Map<RepositoryName, string>();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly registry: Registry,
    private readonly signal: AbortSignal,
  ) {}

  async read(image: number, repositories: ReadonlySet<RepositoryName>): Promise<void> {
    const { images } = this.snapshot;
    const problems: string[] = [];
    for (const repository of repositories) {
      const found = await this.find(image, repository);
      if (found === 'learned') return;
      if (found !== 'unknown') problems.push(found);
    }
    if (problems.length === 0 && repositories.size > 0) {
      images.unreadable.delete(image);
      this.unpullable.push(image);
      return;
    }
    const [problem = 'no image stream lists it'] = problems;
    images.unreadable.set(image, `${images.unreadable.get(image)}, and its manifest cannot be read: ${problem}`);
  }

  /** @returns `unknown` if the registry does not have the manifest in this repository; otherwise what is wrong */
  private async find(image: number, repository: RepositoryName): Promise<string> {
    const obstacle = this.ended ?? this.denied.get(repository);
    if (obstacle !== undefined) return obstacle;
    if (this.signal.aborted) return 'the run is ending';
    const { images, digests } = this.snapshot;
    try {
      const manifest = await this.registry.getManifest(repository, digests.digest(images.name(image)), {
        signal: this.signal,
      });
      if (!manifest) return 'unknown';
      images.learn(image, { ...recordOf(images, image), ...manifestParts(manifest), unreadable: '' });
      return 'learned';
    } catch (error) {
      const problem = messageOf(error);
      if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) this.denied.set(repository, problem);
      else if (isUnavailable(error)) this.ended ??= problem;
      return problem;
    }
  }
}
