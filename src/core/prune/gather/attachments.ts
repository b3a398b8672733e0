import type { PruneOptions } from '../../graph/options.js';
import { subjectCandidates } from '../../graph/subject-candidates.js';
import { manifestsNotRead, readSubjects, unreadWarnings } from '../../manifests/subjects.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import type { Decided } from '../plan/evidence.js';
import type { RunPolicy } from '../request.js';
import type { RunContext } from '../run-context.js';

/** The registry that manifests are read from. */
interface ManifestSource {
  /** Absent if it is not available, or if nothing is deleted in the registry. */
  registry?: Registry;
  /** Opens the registry only to read from it; absent unless nothing is deleted there. */
  openToRead?: () => Promise<Registry | Error>;
}

/** What manifests say: subjects, and what could not be read, both by image (digest numbers). */
interface ManifestFacts {
  readonly subjects: ReadonlyMap<number, number>;
  readonly unreadManifests: ReadonlyMap<number, string>;
}

const NOTHING: ManifestFacts = { subjects: new Map(), unreadManifests: new Map() };

/**
 * Reads what images are attached to, from the manifests of the images whose verdict, or whose tag items, it can change.
 * @throws the registry's error if it is unavailable and the policy says `stop`: an attachment of an image that is kept
 *   could be deleted
 */
export async function gatherSubjects(
  known: { snapshot: Snapshot; options: PruneOptions; draft: Decided },
  { registry, openToRead }: ManifestSource,
  policy: RunPolicy,
  context: RunContext,
): Promise<ManifestFacts> {
  const { snapshot, options, draft } = known;
  const candidates = subjectCandidates(draft.decisions, snapshot, options);
  if (candidates.length === 0) return NOTHING;
  if (candidates.length > policy.maxManifests) {
    context.reporter.warning(
      `skipping ${candidates.length} manifests in a dry run; images attached only through them are kept with --confirm but not shown here`,
    );
    return NOTHING;
  }
  if (registry) return readFrom(registry, snapshot, candidates, { context, policy });
  if (!openToRead) {
    if (options.pruneSignatures) context.reporter.warning(manifestsNotRead('the registry is not available'));
    return NOTHING;
  }
  const opened = await openToRead();
  if (opened instanceof Error) {
    context.reporter.warning(manifestsNotRead(opened));
    return NOTHING;
  }
  try {
    return await readFrom(opened, snapshot, candidates, { context });
  } finally {
    await opened.close();
  }
}

/** @param policy absent: the run continues without what cannot be read */
async function readFrom(
  registry: Registry,
  snapshot: Snapshot,
  candidates: readonly number[],
  { context: { reporter, signal }, policy }: { context: RunContext; policy?: RunPolicy },
): Promise<ManifestFacts> {
  reporter.phase('reading manifests', candidates.length);
  const subjects = await readSubjects(snapshot, candidates, registry, {
    signal,
    tick: (count) => reporter.tick(count),
  });
  signal.throwIfAborted();
  if (subjects.unavailable !== undefined && policy?.registryUnavailable === 'stop') throw subjects.unavailable;
  for (const line of unreadWarnings(subjects)) reporter.warning(line);
  return { subjects: subjects.found, unreadManifests: subjects.unread };
}
