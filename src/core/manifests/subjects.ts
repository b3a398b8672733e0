import pLimit from 'p-limit';
import type { Failure } from '../model/document.js';
import { subjectIn } from '../model/image-manifest.js';
import { RegadmError, hasCode, messageOf } from '../model/errors.js';
import { streamKey } from '../model/image-stream.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Snapshot, SnapshotView } from '../model/table/snapshot.js';
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
  /**
   * What is wrong with the manifests that no repository can serve although the user may pull, by image (digest number):
   * such an image is kept, because it may belong to one that is.
   */
  readonly unread: Map<number, string>;
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
    await reader.readFrom(image, repositories.get(image) ?? []);
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
  readonly subjects: Subjects = { found: new Map(), denied: new Set(), unread: new Map() };
  private mayPull = false;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly registry: Registry,
    private readonly signal: AbortSignal,
  ) {}

  /** Reads the manifest of an image from the first repository that can serve it. */
  async readFrom(image: number, repositories: Iterable<RepositoryName>): Promise<void> {
    let problem: string | undefined;
    for (const repository of repositories) {
      const found = await this.read(image, repository);
      if (found === 'read') return;
      if (found !== 'unknown') problem ??= found.problem;
    }
    if (problem !== undefined) this.subjects.unread.set(this.snapshot.images.name(image), problem);
  }

  /** @returns `read` also if nothing more is read; `unknown` also if the user may not pull */
  private async read(image: number, repository: RepositoryName): Promise<'read' | 'unknown' | { problem: string }> {
    const { snapshot, registry, signal, subjects } = this;
    if (this.hasEnded) return 'read';
    if (subjects.denied.has(repository)) return 'unknown';
    const { images, digests } = snapshot;
    try {
      const manifest = await registry.getManifest(repository, digests.digest(images.name(image)), { signal });
      this.mayPull = true;
      if (manifest === undefined) return 'unknown';
      const subject = subjectIn(manifest);
      if (subject) subjects.found.set(images.name(image), digests.intern(subject));
      return 'read';
    } catch (error) {
      return this.note(error, repository);
    }
  }

  private get hasEnded(): boolean {
    const { denied, unavailable } = this.subjects;
    return this.signal.aborted || unavailable !== undefined || (!this.mayPull && denied.size >= MAX_DENIED);
  }

  private note(error: unknown, repository: RepositoryName): 'unknown' | { problem: string } {
    const { subjects } = this;
    if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) {
      subjects.denial ??= error;
      subjects.denied.add(repository);
    } else if (error instanceof RegadmError && isUnavailable(error)) {
      subjects.unavailable ??= error;
    } else {
      return { problem: messageOf(error) };
    }
    return 'unknown';
  }
}

const ONLY_TAGS = 'only the names of tags (sha256-…) show what is attached to an image';
const LOST = 'signatures, attestations and SBOMs that only their manifests attach to an image are not kept with it';

/** Returns the warning for manifests that cannot be read at all, with the remedy that the error suggests. */
export function manifestsNotRead(why: unknown): string {
  const [remedy] = why instanceof RegadmError ? why.suggestions : [];
  return `${describeLoss(why)}${remedy === undefined ? '' : `; ${remedy}`}`;
}

function describeLoss(why: unknown): string {
  return `manifests cannot be read; ${ONLY_TAGS}, and ${LOST}: ${messageOf(why)}`;
}

/** Describes what could not be read, with the remedy. */
export function unreadWarnings({ denied, denial, unavailable }: Subjects): string[] {
  const [first, ...others] = denied;
  const where = others.length > 0 ? `${first} and ${others.length} more repositories` : first;
  return [
    ...(first === undefined
      ? []
      : [
          `${describeLoss(denial)} (in ${where}); grant the user a role that allows pulling: oc adm policy add-cluster-role-to-user registry-viewer USER, or for one namespace: oc policy add-role-to-user system:image-puller USER -n NAMESPACE`,
        ]),
    ...(unavailable === undefined ? [] : [manifestsNotRead(unavailable)]),
  ];
}

/** Maximum number of images that failures name one by one. */
const LISTED = 20;
const REMEDY =
  'if the registry has lost the manifest, delete the tags that list the image, or the image; otherwise look into the log of the registry and run again';

/** Returns the manifests that could not be read as failures, because their images are kept; with the remedy. */
export function unreadManifestFailures({
  unreadManifests,
  digests,
}: Pick<SnapshotView, 'unreadManifests' | 'digests'>): Failure[] {
  const failures = [...unreadManifests].slice(0, LISTED).map(([image, problem]) => ({
    target: `manifest of image ${digests.text(image)}`,
    message: `${problem}; the image and its tag items are kept, because it may belong to an image that is kept`,
    suggestions: [REMEDY],
  }));
  const more = unreadManifests.size - LISTED;
  if (more <= 0) return failures;
  return [
    ...failures,
    { target: `manifests of ${more} more images`, message: 'they cannot be read; the images are kept' },
  ];
}
