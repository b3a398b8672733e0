import pLimit from 'p-limit';
import { parseDigest } from '../../model/digest.js';
import { hasCode, messageOf } from '../../model/errors.js';
import { isRepositoryName, type RepositoryName } from '../../model/names/repository-name.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import { isUnavailable } from '../../registry/error.js';

/** Maximum concurrent manifest requests. */
const MANIFESTS_AT_ONCE = 16;

/** The subjects that manifests name, and what could not be read. */
export interface Subjects {
  /** Subject by image; both are digest numbers. */
  found: Map<number, number>;
  /**
   * Why reading ended early: the user may not pull (the pruner role does not allow it), or the registry is unavailable.
   */
  unread?: string;
  /** Number of manifests that could not be read individually. */
  broken: number;
  /** The first error, except that the user may not pull. */
  error?: unknown;
}

/** Reads the subjects that the manifests of these images (by number) name. Never throws. */
export async function readSubjects(
  { images, digests }: Pick<Snapshot, 'images' | 'digests'>,
  candidates: readonly number[],
  registry: Registry,
  { signal, tick }: { signal: AbortSignal; tick(count: number): void },
): Promise<Subjects> {
  const limit = pLimit(MANIFESTS_AT_ONCE);
  const result: Subjects = { found: new Map(), broken: 0 };
  const read = async (image: number): Promise<void> => {
    const repository = repositoryOf(images.reference(image));
    if (!repository || !images.hasDigestName(image) || result.unread !== undefined || signal.aborted) return;
    try {
      const manifest = await registry.getManifest(repository, digests.digest(images.name(image)), { signal });
      const subject = parseDigest(manifest?.subject?.digest);
      if (subject) result.found.set(images.name(image), digests.intern(subject));
    } catch (error) {
      noteError(result, error);
    } finally {
      tick(1);
    }
  };
  await Promise.all(candidates.map((image) => limit(() => read(image))));
  return result;
}

function noteError(result: Subjects, error: unknown): void {
  if (hasCode(error, 'REGISTRY_UNAUTHORIZED')) {
    result.unread ??= messageOf(error);
  } else if (isUnavailable(error)) {
    if (result.unread === undefined) result.error = error;
    result.unread ??= messageOf(error);
  } else {
    if (++result.broken === 1) result.error ??= error;
  }
}

/** Returns `namespace/name` of a reference to the registry. */
export function repositoryOf(reference: string): RepositoryName | undefined {
  const name = /^[^/]+\/([^/@:]+\/[^/@:]+)(?:@|:|$)/.exec(reference)?.[1];
  return name !== undefined && isRepositoryName(name) ? name : undefined;
}
