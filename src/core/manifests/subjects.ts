import pLimit from 'p-limit';
import { subjectIn } from '../model/image-manifest.js';
import { RegadmError, hasCode, messageOf } from '../model/errors.js';
import { streamKey } from '../model/image-stream.js';
import type { RepositoryName } from '../model/names/repository-name.js';
import type { Snapshot, UnreadManifest } from '../model/table/snapshot.js';
import type { Registry } from '../registry/api.js';
import { isUnavailable, RegistryError } from '../registry/error.js';
import { repositoriesListing, repositoryOf } from './repositories.js';
import { CONCURRENCY } from './search.js';
import { remedyForUnserved, remedyOf, type NotRead } from './texts.js';

/** Number of repositories from which the user may not pull, without one that allows it, after which reading ends. */
const MAX_DENIED = 20;

/** The subjects that manifests name, and what could not be read. */
interface Subjects extends NotRead {
  /** Subject by image; both are digest numbers. */
  readonly found: Map<number, number>;
  /** The error that ended the reading early: the registry is not available. */
  unavailable?: unknown;
  /**
   * The manifests that could not be read although the user may pull, by image (digest number): such an image is kept,
   * because it may belong to one that is.
   */
  readonly unread: Map<number, UnreadManifest>;
}

/**
 * Reads the subjects that the manifests of these images (by number) name. Never throws.
 * @param registry the error of opening it if it is not available: then none of its manifests can be read
 */
export async function readSubjects(
  snapshot: Snapshot,
  candidates: readonly number[],
  registry: Registry | Error,
  { signal, tick }: { signal: AbortSignal; tick(count: number): void },
): Promise<Subjects> {
  const limit = pLimit(CONCURRENCY);
  const repositories = repositoriesToAsk(snapshot, candidates);
  const elsewhere = candidates.filter((image) => !repositories.has(image) && !snapshot.images.hasPlatform(image));
  const reader = new SubjectReader(snapshot, registry, { signal, elsewhere });
  const read = async (image: number): Promise<void> => {
    await reader.readFrom(image, [...(repositories.get(image) ?? [])]);
    tick(1);
  };
  await Promise.all(candidates.map((image) => limit(() => read(image))));
  return reader.finish();
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

/** The result of one request. */
type Outcome = 'read' | 'unknown' | 'denied' | UnreadManifest;

const SERVED_BEFORE =
  'check whether the token is still valid: oc whoami; otherwise look into the log of the registry; then run again';

class SubjectReader {
  readonly subjects: Subjects;
  private readonly signal: AbortSignal;
  private readonly denied = new Set<RepositoryName>();
  /** Repositories that have answered as they do only to a user who may pull. */
  private readonly served = new Set<RepositoryName>();
  /** Images (by number) that a repository has denied and none has served, with the repositories that can serve them. */
  private readonly refused = new Map<number, readonly RepositoryName[]>();
  /** Images (by number) whose manifests none of the repositories that can serve them has. */
  private readonly unknown: number[] = [];
  /** True once the registry has served a manifest. */
  private hasServed = false;
  /** Set as soon as the registry is unavailable: nothing more is requested. */
  private unavailability: UnreadManifest | undefined;

  constructor(
    private readonly snapshot: Snapshot,
    private readonly registry: Registry | Error,
    { signal, elsewhere }: { signal: AbortSignal; elsewhere: number[] },
  ) {
    this.signal = signal;
    if (registry instanceof Error) this.unavailability = notAvailable(registry);
    const denied = { manifests: 0, repositories: new Set<RepositoryName>() };
    this.subjects = { found: new Map(), denied, unread: new Map(), elsewhere, unknown: [] };
  }

  /** Reads the manifest of an image from the first repository that can serve it. */
  async readFrom(image: number, repositories: readonly RepositoryName[]): Promise<void> {
    const outcomes: Outcome[] = [];
    for (const repository of repositories) {
      const outcome = await this.read(image, repository);
      if (outcome === 'read') return;
      outcomes.push(outcome);
    }
    const problem = outcomes.find((outcome) => typeof outcome === 'object');
    if (problem) this.subjects.unread.set(this.snapshot.images.name(image), problem);
    else if (outcomes.includes('denied')) this.refused.set(image, repositories);
    else if (outcomes.length > 0) this.unknown.push(image);
  }

  /**
   * Sorts the refused manifests, when all are read: a refusal is not a missing permission in a repository that has
   * served others of its manifests, before or after it.
   */
  finish(): Subjects {
    const { denied, unread } = this.subjects;
    for (const [image, repositories] of this.refused) {
      const refusing = repositories.filter((repository) => this.denied.has(repository));
      const served = refusing.find((repository) => this.served.has(repository));
      if (served) {
        unread.set(this.snapshot.images.name(image), servedBefore(served, denied.error));
        continue;
      }
      denied.manifests++;
      for (const repository of refusing) denied.repositories.add(repository);
    }
    // One that was served shows that this is the cluster's registry; others have a warning or a failure of their own.
    const isOther = !this.hasServed && denied.manifests === 0 && unread.size === 0;
    return isOther ? { ...this.subjects, unknown: this.unknown.sort((a, b) => a - b) } : this.subjects;
  }

  /** @returns `read` also if the run is ending; `unknown` if the registry does not have it in this repository */
  private async read(image: number, repository: RepositoryName): Promise<Outcome> {
    const { snapshot, registry, signal, subjects } = this;
    if (signal.aborted) return 'read';
    if (this.unavailability || registry instanceof Error) return this.unavailability!;
    if (this.denied.has(repository) || (this.served.size === 0 && this.denied.size >= MAX_DENIED)) return 'denied';
    const { images, digests } = snapshot;
    try {
      const manifest = await registry.getManifest(repository, digests.digest(images.name(image)), { signal });
      this.served.add(repository);
      if (manifest === undefined) return 'unknown';
      this.hasServed = true;
      const subject = subjectIn(manifest);
      if (subject) subjects.found.set(images.name(image), digests.intern(subject));
      return 'read';
    } catch (error) {
      return this.note(error, repository);
    }
  }

  private note(error: unknown, repository: RepositoryName): Outcome {
    if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) {
      this.subjects.denied.error ??= error;
      this.denied.add(repository);
      return 'denied';
    }
    if (!(error instanceof RegadmError && isUnavailable(error))) {
      return { problem: messageOf(error), remedy: remedyForUnserved(error) };
    }
    this.subjects.unavailable ??= error;
    return (this.unavailability ??= notAvailable(error));
  }
}

/** Describes a manifest that a repository has refused, although it has served others. */
function servedBefore(repository: RepositoryName, error: unknown): UnreadManifest {
  const status = error instanceof RegistryError ? ` with status ${error.status}` : '';
  const problem = `the registry has refused it${status}, although the user may pull from ${repository}`;
  return { problem, remedy: SERVED_BEFORE };
}

/** Describes manifests that are not read because the registry is not available. */
function notAvailable(error: unknown): UnreadManifest {
  return { problem: `the registry is not available: ${messageOf(error)}`, remedy: remedyOf(error) };
}
