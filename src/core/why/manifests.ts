import { subjectCandidates } from '../graph/subject-candidates.js';
import type { Reporter } from '../kit/reporter.js';
import { readSubjects } from '../manifests/subjects.js';
import { notInAnswers, notReadWarnings } from '../manifests/texts.js';
import { resolveUnreadable } from '../manifests/unreadable.js';
import type { Registry } from '../registry/api.js';
import type { Situation } from './changes.js';
import type { Surroundings } from './focus.js';
import { decide } from './situation.js';

/** The registry, and where the reading of manifests is reported. */
export interface ManifestSource {
  /** Opens the registry once; called only if a manifest can change the answer. */
  open(): Promise<Registry | Error>;
  reporter: Reporter;
  signal: AbortSignal;
}

/** Finds out what unreadable images name, as `prune images` does. */
export async function learnUnreadable({ snapshot, options }: Situation, source: ManifestSource): Promise<void> {
  const { unreadable } = snapshot.images;
  if (unreadable.size === 0) return;
  await resolveUnreadable(snapshot, options, await source.open(), source);
}

/**
 * Reads what these images, and everything that keeps them, are attached to: only the manifests that `prune images`
 * reads, too. Adds the subjects to the snapshot and to the surroundings.
 * @param digests digest numbers
 */
export async function learnSubjects(
  situation: Situation,
  digests: readonly number[],
  surroundings: Surroundings,
  source: ManifestSource,
): Promise<void> {
  const { snapshot, options } = situation;
  const { images } = snapshot;
  const candidates = new Set(subjectCandidates(decide(situation).decisions, snapshot, options));
  const read = new Set<number>();
  for (;;) {
    const related = [...surroundings.related(digests)].map((digest) => images.indexOf(digest));
    const unread = related.filter((image) => candidates.has(image) && !read.has(image));
    if (unread.length === 0) return;
    const registry = await source.open();
    for (const image of unread) read.add(image);
    const subjects = await readSubjects(snapshot, unread, registry, { signal: source.signal, tick: () => {} });
    source.signal.throwIfAborted();
    for (const line of notReadWarnings(subjects, images)) source.reporter.warning(line);
    if (registry instanceof Error) {
      if (subjects.unread.size > 0) source.reporter.warning(notInAnswers(registry));
      return;
    }
    for (const [image, subject] of subjects.found) snapshot.subjects.set(image, subject);
    for (const [image, unread] of subjects.unread) snapshot.unreadManifests.set(image, unread);
    surroundings.learn(subjects.found);
  }
}
