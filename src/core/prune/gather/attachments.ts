import type { PruneOptions } from '../../graph/options.js';
import { subjectCandidates } from '../../graph/subject-candidates.js';
import { readSubjects } from '../../manifests/subjects.js';
import { noRegistry, notInDryRun, notReadWarnings } from '../../manifests/texts.js';
import type { Snapshot, SnapshotView } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import type { Decided } from '../plan/evidence.js';
import { isRegistryAbsent } from '../plan/needs-registry.js';
import type { RunPolicy } from '../request.js';
import type { RunContext } from '../../deletion/run-context.js';
import { counted } from '../../model/values/counted.js';

/** Opens the registry, or returns the error of opening it; called only if a manifest can change the plan. */
type ManifestSource = () => Promise<Registry | Error>;

/** What manifests say: subjects, and what could not be read, both by image (digest numbers). */
type ManifestFacts = Pick<SnapshotView, 'subjects' | 'unreadManifests'>;

/** What is known before manifests are read. */
interface Known {
  snapshot: Snapshot;
  options: PruneOptions;
  draft: Decided;
}

const NOTHING: ManifestFacts = { subjects: new Map(), unreadManifests: new Map() };

/**
 * Reads what images are attached to, from the manifests of the images whose verdict, or whose tag items, it can change.
 * @throws the registry's error if it is not available, something is deleted there, and the policy says `stop`: the run
 *   would fail later
 */
export async function gatherSubjects(
  { snapshot, options, draft }: Known,
  source: ManifestSource,
  policy: RunPolicy,
  context: RunContext,
): Promise<ManifestFacts> {
  const candidates = subjectCandidates(draft.decisions, snapshot, options);
  if (candidates.length === 0) return NOTHING;
  if (candidates.length > policy.maxManifests) {
    context.reporter.warning(
      `skipping ${counted(candidates.length, 'manifest')} in a dry run; images attached only through them are kept with --confirm but not shown here`,
    );
    return NOTHING;
  }
  const registry = await source();
  context.reporter.phase('reading manifests', candidates.length);
  const subjects = await readSubjects(snapshot, candidates, registry, {
    signal: context.signal,
    tick: (count) => context.reporter.tick(count),
  });
  context.signal.throwIfAborted();
  for (const line of notReadWarnings(subjects, snapshot.images)) context.reporter.warning(line);
  const stops = options.pruneRegistry && policy.registryUnavailable === 'stop';
  if (registry instanceof Error && !keepsUnread(registry, options)) {
    if (subjects.unread.size > 0 && !stops)
      context.reporter.warning(withoutRegistry(registry, subjects.unread.size, options));
    return NOTHING;
  }
  if (stops && subjects.unavailable !== undefined) throw subjects.unavailable;
  return { subjects: subjects.found, unreadManifests: subjects.unread };
}

/**
 * Returns true if the images whose manifests cannot be read are kept although the registry cannot be opened. A run that
 * deletes there stops later, or is a dry run, which shows the plan. Without a registry, nobody can pull the images.
 */
function keepsUnread(registry: Error, { pruneRegistry }: PruneOptions): boolean {
  return !pruneRegistry && !isRegistryAbsent(registry);
}

function withoutRegistry(registry: Error, count: number, { pruneRegistry }: PruneOptions): string {
  return pruneRegistry ? notInDryRun(count, registry) : noRegistry(registry);
}
