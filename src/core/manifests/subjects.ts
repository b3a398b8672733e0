import pLimit from 'p-limit';
import { parseDigest } from '../model/digest.js';
import { manifestParts } from '../model/image-manifest.js';
import { RegadmError, hasCode, messageOf } from '../model/errors.js';
import { streamKey } from '../model/image-stream.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Snapshot } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { isUnavailable } from '../registry/error.js';
import { repositoriesListing, repositoryOf } from './repositories.js';

/** Maximum concurrent manifest requests. */
const CONCURRENCY = 16;

/** Number of repositories from which the user may not pull, without one that allows it, after which reading ends. */
const MAX_DENIED = 20;

/** The subjects that manifests name, and what could not be read. */
interface Subjects {
  /** Subject by image; both are digest numbers. */
  readonly found: Map<number, number>;
  /** Repositories from which the user may not pull (the pruner role does not allow it), in the order of requests. */
  readonly denied: Set<RepositoryName>;
  /** The error of the first of these. */
  denial?: unknown;
  /** The error that ended the reading early: the registry is unavailable. */
  unavailable?: unknown;
  /** Number of manifests that could not be read individually, and the first error. */
  broken: number;
  error?: unknown;
}

/** Reads the subjects that the manifests of these images (by number) name. Never throws. */
export async function readSubjects(
  snapshot: Snapshot,
  candidates: readonly number[],
  registry: Registry,
  { signal, tick }: { signal: AbortSignal; tick(count: number): void },
): Promise<Subjects> {
  const limit = pLimit(CONCURRENCY);
  const reader = new SubjectReader(snapshot, registry, signal);
  const repositories = repositoriesToAsk(snapshot, candidates);
  const read = async (image: number): Promise<void> => {
    for (const repository of repositories.get(image) ?? []) if (await reader.read(image, repository)) break;
    tick(1);
  };
  await Promise.all(candidates.map((image) => limit(() => read(image))));
  return reader.subjects;
}

/**
 * Returns the repositories that can serve each image. An imported image is only read where it was pushed to: for the
 * image stream that imports it, the registry would ask another registry.
 */
function repositoriesToAsk(snapshot: Snapshot, candidates: readonly number[]): Map<number, Set<RepositoryName>> {
  const { images, streams } = snapshot;
  const known = new Set<string>(streams.map(streamKey));
  const named = candidates.filter((image) => images.hasDigestName(image));
  const repositories = repositoriesListing(
    snapshot,
    named.filter((image) => images.managed(image)),
  );
  for (const image of named) {
    const home = repositoryOf(images.reference(image));
    if (home && repositories.has(image)) repositories.get(image)!.add(home);
    else if (home && known.has(home)) repositories.set(image, new Set([home]));
  }
  return repositories;
}

class SubjectReader {
  readonly subjects: Subjects = { found: new Map(), denied: new Set(), broken: 0 };
  private mayPull = false;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly registry: Registry,
    private readonly signal: AbortSignal,
  ) {}

  /** @returns whether the manifest has been read, or nothing more is read */
  async read(image: number, repository: RepositoryName): Promise<boolean> {
    const { snapshot, registry, signal, subjects } = this;
    if (this.hasEnded) return true;
    if (subjects.denied.has(repository)) return false;
    const { images, digests } = snapshot;
    try {
      const manifest = await registry.getManifest(repository, digests.digest(images.name(image)), { signal });
      this.mayPull = true;
      const subject = parseDigest(manifest?.subject?.digest);
      if (subject) subjects.found.set(images.name(image), digests.intern(subject));
      // A response that is not a manifest does not show that there is no subject.
      else if (manifest) manifestParts(manifest);
      return manifest !== undefined;
    } catch (error) {
      this.note(error, repository);
      return false;
    }
  }

  private get hasEnded(): boolean {
    const { denied, unavailable } = this.subjects;
    return this.signal.aborted || unavailable !== undefined || (!this.mayPull && denied.size >= MAX_DENIED);
  }

  private note(error: unknown, repository: RepositoryName): void {
    const { subjects } = this;
    if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) {
      subjects.denial ??= error;
      subjects.denied.add(repository);
    } else if (error instanceof RegadmError && isUnavailable(error)) {
      subjects.unavailable ??= error;
    } else {
      subjects.error ??= error;
      subjects.broken++;
    }
  }
}

const ONLY_COSIGN_TAGS = "only cosign's tags show what is attached to an image";
const LOST = 'signatures, attestations and SBOMs that only their manifests attach to an image are not kept with it';

/** Returns the warning for manifests that cannot be read at all, with the remedy that the error suggests. */
export function manifestsNotRead(why: unknown): string {
  const [remedy] = why instanceof RegadmError ? why.suggestions : [];
  return `${describeLoss(why)}${remedy === undefined ? '' : `; ${remedy}`}`;
}

function describeLoss(why: unknown): string {
  return `manifests cannot be read; ${ONLY_COSIGN_TAGS}, and ${LOST}: ${messageOf(why)}`;
}

/** Describes what could not be read, with the remedy. */
export function unreadWarnings({ denied, denial, unavailable, broken, error }: Subjects): string[] {
  const [first, ...others] = denied;
  const where = others.length > 0 ? `${first} and ${others.length} more repositories` : first;
  return [
    ...(first === undefined
      ? []
      : [
          `${describeLoss(denial)} (in ${where}); grant the user a role that allows pulling: oc adm policy add-cluster-role-to-user registry-viewer USER, or for one namespace: oc policy add-role-to-user system:image-puller USER -n NAMESPACE`,
        ]),
    ...(unavailable === undefined ? [] : [manifestsNotRead(unavailable)]),
    ...(broken === 0
      ? []
      : [`cannot read ${broken} manifests; ${ONLY_COSIGN_TAGS} for these images: ${messageOf(error)}`]),
  ];
}
