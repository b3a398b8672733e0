import pLimit from 'p-limit';
import { hasCode, messageOf } from '../../model/errors.js';
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
    if (!repository || result.unread !== undefined || signal.aborted) return;
    try {
      const manifest = await registry.getManifest(repository, images.nameText(image), { signal });
      if (typeof manifest?.subject?.digest === 'string')
        result.found.set(images.name(image), digests.intern(manifest.subject.digest));
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
function repositoryOf(reference: string): string | undefined {
  return /^[^/]+\/([^/@:]+\/[^/@:]+)(?:@|:|$)/.exec(reference)?.[1];
}
