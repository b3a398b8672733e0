import { forEachParallel } from '../../kit/parallel.js';
import { repositoriesListing } from '../../manifests/repositories.js';
import { parseDigest, type Digest } from '../../model/digest.js';
import { hasCode, messageOf } from '../../model/errors.js';
import { manifestParts } from '../../model/image-manifest.js';
import type { RepositoryName } from '../../model/names/repository-name.js';
import type { Registry } from '../../registry/api.js';
import type { LiveView } from './watch/live-view.js';

/** Maximum concurrent manifest requests. */
const CONCURRENCY = 16;
/** Maximum number of manifests that are read for one image: tenants choose what an image index names. */
const MAX_MANIFESTS = 100;

/** Reads manifests; the registry implements it. */
export type Manifests = Pick<Registry, 'getManifest'>;

/**
 * Reads what late images need that Image objects do not state: from their manifests, and from those of children without
 * an Image object.
 */
export class LateManifests {
  /** Digest numbers of what the manifests name, by image number. */
  readonly needs = new Map<number, ReadonlySet<number>>();
  /** Why a manifest cannot be read, by image number. */
  readonly problems = new Map<number, string>();
  /** Repositories from which the user may not pull, with the message of the registry. */
  private readonly denied = new Map<RepositoryName, string>();

  constructor(
    private readonly view: LiveView,
    private readonly registry: Manifests | undefined,
  ) {}

  /** Reads the manifests of all late images that need it; what cannot be read is in `problems`. */
  async read(signal: AbortSignal): Promise<void> {
    const { view } = this;
    view.learnImages();
    const late = view.needs.laterImagesWithoutBlobs();
    if (late.length === 0) return;
    const listings = { images: view.images, streams: [...view.streams.all()] };
    // For an imported image, the registry would ask another registry.
    const pushed = late.map(({ image }) => image).filter((image) => view.images.managed(image));
    const repositories = repositoriesListing(listings, pushed);
    await forEachParallel(late, { concurrency: CONCURRENCY, shouldStop: () => signal.aborted }, (one) =>
      this.readFor(one, [...(repositories.get(one.image) ?? [])], signal),
    );
  }

  private async readFor(
    { image, manifests }: { image: number; manifests: number[] },
    repositories: RepositoryName[],
    signal: AbortSignal,
  ): Promise<void> {
    const { digests, images } = this.view;
    const needs = new Set<number>();
    this.needs.set(image, needs);
    // Its object may state everything, so its own manifest need not be readable.
    const optional = images.gaps.possible.has(image) ? images.nameText(image) : undefined;
    const open = new Set(manifests.map((manifest) => digests.text(manifest)));
    for (const name of open) {
      const digest = parseDigest(name);
      // A name that is not a digest names nothing.
      if (!digest) continue;
      const found =
        open.size > MAX_MANIFESTS
          ? `it needs more than ${MAX_MANIFESTS} manifests without an Image object`
          : await this.find(digest, repositories, signal);
      if (typeof found === 'string' && name === optional) continue;
      if (typeof found === 'string') return void this.problems.set(image, found);
      for (const blob of found.blobs) needs.add(digests.find(blob));
      for (const child of found.children) this.addChild(child, needs, open);
    }
  }

  /** Adds what a child needs, or opens its manifest if no Image object states that. */
  private addChild(child: string, needs: Set<number>, open: Set<string>): void {
    const { images, digests } = this.view;
    needs.add(digests.find(child));
    const known = images.find(child);
    if (known === -1 || images.unreadable.has(known)) open.add(child);
    else images.eachNeed(known, (blob) => needs.add(blob));
  }

  /** Reads a manifest from the first repository that has it. @returns what it names, or why it cannot be read */
  private async find(
    digest: Digest,
    repositories: RepositoryName[],
    signal: AbortSignal,
  ): Promise<{ blobs: string[]; children: string[] } | string> {
    let problem = 'no image stream of the registry lists it';
    for (const repository of repositories) {
      const denied = this.denied.get(repository);
      try {
        const manifest = denied ?? (await this.registry?.getManifest(repository, digest, { signal }));
        if (typeof manifest === 'string') problem = manifest;
        else if (manifest === undefined) problem = `the registry does not have its manifest in ${repository}`;
        else return toUses(manifest);
      } catch (error) {
        problem = messageOf(error);
        if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) this.denied.set(repository, problem);
      }
    }
    return problem;
  }
}

function toUses(manifest: unknown): { blobs: string[]; children: string[] } {
  const { config, layers, children } = manifestParts(manifest);
  return { blobs: [config, ...layers.map(({ digest }) => digest)], children };
}
