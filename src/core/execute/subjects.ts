import pLimit from 'p-limit';
import type { Registry } from '../registry/api.js';
import type { ImagePrunePlan } from '../plan/image-prune.js';

const READS_AT_ONCE = 16;

/**
 * Reads, of OCI images that a plan would remove, what they are attached to (`subject`), into the snapshot.
 * @returns how many have one, or why the rest could not be read (a user with the pruner role alone cannot pull)
 */
export async function readSubjects(plan: ImagePrunePlan, registry: Registry, signal: AbortSignal): Promise<{ found: number; unread?: string }> {
  const { images, subjects, digests } = plan.snapshot;
  const limit = pLimit(READS_AT_ONCE);
  const result: { found: number; unread?: string } = { found: 0 };
  const read = async (image: number): Promise<void> => {
    const repository = repositoryOf(images.reference(image));
    if (!repository || result.unread !== undefined || signal.aborted) return;
    try {
      const manifest = await registry.getManifest(repository, images.nameText(image), signal);
      if (typeof manifest?.subject?.digest !== 'string') return;
      subjects.set(images.name(image), digests.intern(manifest.subject.digest));
      result.found++;
    } catch (error) {
      result.unread ??= error instanceof Error ? error.message : String(error);
    }
  };
  await Promise.all(candidates(plan).map((image) => limit(() => read(image))));
  return result;
}

/** OCI images that would go; with `--prune-signatures` those too that only their position keeps. */
function candidates({ images: doomed, snapshot, options }: ImagePrunePlan): number[] {
  const { images } = snapshot;
  if (!options.pruneSignatures) return doomed.filter((image) => images.oci(image));
  return Array.from({ length: images.count }, (_, image) => image).filter((image) => images.oci(image) && images.managed(image));
}

/** `namespace/name` of a reference on the registry. */
function repositoryOf(reference: string): string | undefined {
  return /^[^/]+\/([^/@:]+\/[^/@:]+)(?:@|:|$)/.exec(reference)?.[1];
}
