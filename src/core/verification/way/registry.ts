import { forEachParallel } from '../../kit/parallel.js';
import type { Reporter } from '../../kit/reporter.js';
import type { Digest } from '../../model/digest.js';
import { messageOf } from '../../model/errors.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import { quote } from '../../model/names/quote.js';
import type { Registry } from '../../registry/api.js';
import { isNotSent } from '../../registry/error.js';
import type { BytesOf, Looked, LookOptions, VerificationWay } from '../look.js';
import type { Listed } from '../plan/listed.js';
import type { Problems } from '../plan/problems.js';
import type { ImageProblem, Unchecked } from '../plan/types.js';
import { assertCanPull } from './pull-permission.js';
import { eachUse, kindOf, MISSING, wants, type Want } from './registry-wants.js';

interface RegistryWayOptions {
  reporter: Reporter;
  signal: AbortSignal;
  /** Maximum number of concurrent requests. */
  workers: number;
}

/** What is wrong with a manifest or blob of a repository, by a key of both. */
type Findings = Map<string, 'missing' | 'wrong-size'>;

/**
 * Asks the registry for every manifest and blob, by HEAD. It serves what a stream lists even without links, so missing
 * links are not found.
 */
export class RegistryWay implements VerificationWay {
  private readonly unchecked: Unchecked[] = [];

  constructor(
    private readonly registry: Pick<Registry, 'checkLogin' | 'findBlob' | 'findManifest' | 'readManifest'>,
    private readonly options: RegistryWayOptions,
  ) {}

  readManifest = async (digest: Digest, repository: string | undefined): Promise<Buffer | undefined> => {
    const { signal } = this.options;
    const found = await this.registry.readManifest(toRepository(repository ?? ''), digest, { signal });
    return found?.content;
  };

  prepare(listed: Listed): Promise<void> {
    return assertCanPull(this.registry, listed, this.options);
  }

  async look({ listed, problems, unchecked }: LookOptions): Promise<Looked> {
    const findings: Findings = new Map();
    let count = 0;
    for (const _ of wants(listed)) count++;
    this.options.reporter.phase('checking content in the registry', count);
    await this.ask(
      wants(listed),
      async (want) => {
        const { digest, kind } = want;
        const { digests, images } = listed.snapshot;
        const bytes = await this.bytesOf({ ...want, digest: digests.digest(digest) });
        const stated = kind === 'blob' ? images.blobSize(digest) : 0;
        if (bytes === undefined) findings.set(keyOf(want), 'missing');
        // 0: no Image object states the size.
        else if (stated !== 0 && stated !== bytes) findings.set(keyOf(want), 'wrong-size');
      },
      ({ digest }) => listed.snapshot.digests.text(digest),
    );
    addProblems(listed, findings, problems);
    unchecked.push(...this.unchecked.splice(0));
    return {};
  }

  async confirm(problems: Problems, unchecked: Unchecked[]): Promise<BytesOf> {
    const sizes = new Map<string, number>();
    const gone = new Set<ImageProblem>();
    const asked = [...problems.entries()].flatMap(([, found]) => found.filter(isAboutContent));
    const kind = ({ what }: ImageProblem): Want['kind'] => (/-(?:manifest|child)$/.test(what) ? 'manifest' : 'blob');
    this.options.reporter.progress('asking again for what seems to be missing');
    const unasked = new Set(asked);
    await this.ask(
      asked.map((problem) => ({ ...problem, kind: kind(problem), problem })),
      async ({ repository, kind: which, digest, problem }) => {
        const bytes = await this.bytesOf({ repository, kind: which, digest: digest as Digest });
        unasked.delete(problem);
        if (bytes === undefined) return;
        sizes.set(digest, bytes);
        if (problem.what !== 'wrong-size') gone.add(problem);
      },
      ({ digest }) => digest,
    );
    // Nothing is called broken that could not be asked again.
    problems.filter((_, problem) => !gone.has(problem) && !unasked.has(problem));
    unchecked.push(...this.unchecked.splice(0));
    return (digest) => sizes.get(digest);
  }

  private async bytesOf(want: { repository: string; kind: Want['kind']; digest: Digest }): Promise<number | undefined> {
    const { registry } = this;
    const { signal } = this.options;
    const repository = toRepository(want.repository);
    const found =
      want.kind === 'manifest'
        ? await registry.findManifest(repository, want.digest, { signal })
        : await registry.findBlob(repository, want.digest, { signal });
    return found?.bytes;
  }

  /**
   * Asks for each item. What cannot be asked is kept as unchecked; once the registry is unavailable, the rest is not
   * asked.
   */
  private async ask<T extends { kind: Want['kind']; repository: string }>(
    items: Iterable<T>,
    askOne: (item: T) => Promise<void>,
    nameOf: (item: T) => string,
  ): Promise<void> {
    const { signal, workers, reporter } = this.options;
    let isAway = false;
    await forEachParallel(items, { concurrency: workers, shouldStop: () => isAway }, async (item) => {
      signal.throwIfAborted();
      try {
        await askOne(item);
      } catch (error) {
        signal.throwIfAborted();
        if (isAway) return;
        isAway = isNotSent(error);
        const target = isAway ? 'all that was not asked yet' : `${item.kind} ${nameOf(item)} in ${item.repository}`;
        this.unchecked.push({ target, message: messageOf(error) });
      }
      reporter.tick();
    });
  }
}

/** True for what another request can refute: not for a content that was read, nor for an Image object. */
const isAboutContent = ({ what }: ImageProblem): boolean =>
  what === 'wrong-size' || /^missing-(?:manifest|child|config|layer)$/.test(what);

/** Adds the problems of each image that needs what is missing. */
function addProblems(listed: Listed, findings: Findings, problems: Problems): void {
  const { images, withoutObject, repositories } = listed;
  for (const image of withoutObject) problems.add(image, 'missing-image', image, images.get(image)!);
  if (findings.size === 0) return;
  for (const repository of repositories.values())
    eachUse(listed, repository, (image, digest, role) => {
      const found = findings.get(keyOf({ repository: repository.name, kind: kindOf(role), digest }));
      if (found) problems.add(image, found === 'missing' ? MISSING[role] : found, digest, repository.name);
    });
}

const keyOf = ({ repository, kind, digest }: Want): string => `${kind} ${digest} ${repository}`;

/** @throws Error for a name that no registry accepts */
function toRepository(name: string): RepositoryName {
  if (isRepositoryName(name)) return name;
  throw new Error(`${quote(name)} is not the name of a repository`);
}
