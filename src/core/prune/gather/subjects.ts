import pLimit from 'p-limit';
import { messageOf, type RegadmError } from '../../model/errors.js';
import type { Registry } from '../../registry/api.js';
import type { ImagePrunePlan } from '../plan/plan.js';

const READS_AT_ONCE = 16;

/** What came of reading manifests. */
export interface Subjects {
  /** So many name a subject. */
  found: number;
  /** Why none could be read any more: a user with the pruner role alone cannot pull. */
  unread?: string;
  /** So many could not be read one by one, and the first of their errors. */
  broken: number;
  error?: unknown;
}

/** Reads what these images are attached to (`subject`) into the plan's snapshot. Never throws. */
export async function readSubjects(
  plan: ImagePrunePlan,
  candidates: number[],
  registry: Registry,
  hooks: { signal: AbortSignal; tick(count: number): void },
): Promise<Subjects> {
  const { images, subjects, digests } = plan.snapshot;
  const { signal } = hooks;
  const limit = pLimit(READS_AT_ONCE);
  const result: Subjects = { found: 0, broken: 0 };
  const read = async (image: number): Promise<void> => {
    const repository = repositoryOf(images.reference(image));
    if (!repository || result.unread !== undefined || signal.aborted) return;
    try {
      const manifest = await registry.getManifest(repository, images.nameText(image), { signal });
      if (typeof manifest?.subject?.digest !== 'string') return;
      subjects.set(images.name(image), digests.intern(manifest.subject.digest));
      result.found++;
    } catch (error) {
      if ((error as RegadmError).code === 'REGISTRY_UNAUTHORIZED') result.unread ??= messageOf(error);
      else if (isAway(error)) result.unread ??= messageOf((result.error = error));
      else if (++result.broken === 1) result.error ??= error;
    } finally {
      hooks.tick(1);
    }
  };
  await Promise.all(candidates.map((image) => limit(() => read(image))));
  return result;
}

/** True for what concerns the registry as a whole, not one manifest. */
export function isAway(error: unknown): boolean {
  const { kind, status } = error as { kind?: string; status?: number };
  return kind !== 'answer' || status === undefined || [429, 502, 503, 504].includes(status);
}

/** Images that may have a subject: OCI images that would go; with `--prune-signatures` those too that only their position keeps. */
export function subjectCandidates({ images: doomed, snapshot, options }: ImagePrunePlan): number[] {
  const { images } = snapshot;
  if (!options.pruneSignatures) return doomed.filter((image) => images.oci(image));
  return Array.from({ length: images.count }, (_, image) => image).filter(
    (image) => images.oci(image) && images.managed(image),
  );
}

/** `namespace/name` of a reference on the registry. */
function repositoryOf(reference: string): string | undefined {
  return /^[^/]+\/([^/@:]+\/[^/@:]+)(?:@|:|$)/.exec(reference)?.[1];
}
