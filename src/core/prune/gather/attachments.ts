import { messageOf } from '../../model/errors.js';
import type { Snapshot } from '../../model/table/snapshot.js';
import type { PruneOptions } from '../../graph/options.js';
import type { Registry } from '../../registry/api.js';
import { isUnavailable } from '../../registry/error.js';
import { subjectCandidates, type Decided } from '../plan/evidence.js';
import type { RunContext } from '../run-context.js';
import type { RunPolicy } from '../request.js';
import { readSubjects, type Subjects } from './subjects.js';

const ONLY_COSIGN_TAGS = "only cosign's tags show what is attached to an image";

/**
 * Reads what images are attached to, from the manifests of the images whose verdict it can change.
 * @param registry absent if it is not available
 * @returns subject by image; both are digest numbers
 * @throws the registry's error if it is unavailable and the policy says `stop`: an attachment of an image that is kept
 *   could be deleted
 */
export async function gatherSubjects(
  { snapshot, options, draft }: { snapshot: Snapshot; options: PruneOptions; draft: Decided },
  registry: Registry | undefined,
  policy: RunPolicy,
  context: RunContext,
): Promise<ReadonlyMap<number, number>> {
  const { reporter, signal } = context;
  const nothing = new Map<number, number>();
  if (options.referrers === 'oc' || options.namespace !== undefined) return nothing;
  if (!registry) {
    if (options.pruneSignatures)
      context.reporter.warning(`there is no registry to read manifests from; ${ONLY_COSIGN_TAGS}`);
    return nothing;
  }
  const candidates = subjectCandidates(draft, snapshot, options);
  if (candidates.length > policy.maxManifests) {
    context.reporter.warning(
      `skipping ${candidates.length} manifests in a dry run; images attached only through them are kept with --confirm but not shown here`,
    );
    return nothing;
  }
  reporter.phase('reading manifests', candidates.length);
  const subjects = await readSubjects(snapshot, candidates, registry, {
    signal,
    tick: (count) => reporter.tick(count),
  });
  signal.throwIfAborted();
  reportUnread(subjects, policy, context);
  return subjects.found;
}

function reportUnread({ unread, broken, error }: Subjects, policy: RunPolicy, { reporter }: RunContext): void {
  if (error !== undefined && isUnavailable(error)) {
    if (policy.registryUnavailable === 'stop') throw error;
    reporter.warning(`cannot read manifests; ${ONLY_COSIGN_TAGS}: ${messageOf(error)}`);
  } else if (broken > 0) {
    reporter.warning(`cannot read ${broken} manifests; ${ONLY_COSIGN_TAGS} for these images: ${messageOf(error)}`);
  } else if (unread !== undefined) {
    reporter.log(4, `cannot read manifests; ${ONLY_COSIGN_TAGS}: ${unread}`);
  }
}
