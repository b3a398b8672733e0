import { customToRead } from '../../cluster/lists/custom-kinds.js';
import { everythingToRead } from '../../cluster/lists/everything-to-read.js';
import type { ReadResult } from '../../cluster/lists/read-result.js';
import { namespaceToRead, type PruneOptions } from '../../graph/options.js';
import { checkEmptyNamespace } from '../../deletion/namespace.js';
import { resolveUnreadable } from '../../manifests/unreadable.js';
import { readPossibleGaps } from '../../manifests/possible-gaps.js';
import { freezeSnapshot, type Snapshot, type SnapshotView } from '../../model/table/snapshot.js';
import type { Registry } from '../../registry/api.js';
import { decide, type Evidence } from '../plan/evidence.js';
import { assertNotTooOld, type ParsedPlanFile } from '../plan/parse-plan-file.js';
import type { PrunePorts } from '../ports.js';
import type { ImagePruneRequest } from '../request.js';
import type { RunContext } from '../../deletion/run-context.js';
import { RegistryToRead, RegistryToUse } from './registry.js';
import { gatherSubjects } from './attachments.js';

/** Everything that is read before a plan is computed. */
export interface Gathered {
  evidence: Evidence;
  /** The open registry, or the error of opening it; absent with `--prune-registry=false`. */
  registry?: Registry | Error;
  /** Further information from the lists. */
  lists: Omit<ReadResult, 'snapshot'>;
}

/**
 * Reads everything that the plan is computed from: lists, and the manifests that can change it. Changes nothing.
 * @param request its options are those of the plan file, if there is one
 * @throws RegadmError PLAN_TOO_OLD, INVALID_REFERENCES, or what cannot be read
 */
export async function gather(
  ports: PrunePorts,
  request: ImagePruneRequest,
  planFile: ParsedPlanFile | undefined,
  context: RunContext,
): Promise<Gathered> {
  const { options, policy } = request;
  const toUse = options.pruneRegistry ? new RegistryToUse(ports, request, context) : undefined;
  const toRead = new RegistryToRead(ports, request, context);
  try {
    const { snapshot, ...lists } = await readLists(ports, request, context);
    await checkNamespace(ports, options, snapshot, context);
    const { now } = lists;
    if (planFile) assertNotTooOld(request.planFile!, planFile.content, now);
    context.reporter.phase('planning');
    let draft = decide({ snapshot, now }, options);
    const registry = await toUse?.open(snapshot);
    const source = async (): Promise<Registry | Error> => registry ?? toRead.open(snapshot);
    if (snapshot.images.unreadable.size > 0) {
      await resolveUnreadable(snapshot, options, await source(), context);
      draft = decide({ snapshot, now }, options);
    }
    if (await closePossibleGaps(snapshot, request, registry, context)) draft = decide({ snapshot, now }, options);
    const facts = await gatherSubjects({ snapshot, options, draft }, source, policy, context);
    const subjects = new Map([...snapshot.subjects, ...facts.subjects]);
    const evidence = { snapshot: freezeSnapshot({ ...snapshot, ...facts, subjects }), now, planFile, draft };
    return { evidence: Object.freeze(evidence), registry, lists };
  } catch (error) {
    toUse?.cancel();
    throw error;
  } finally {
    await toRead.close();
  }
}

/**
 * Finds out what images need that their objects may not state; `oc` does not. Blobs and links are deleted only in the
 * registry, so nothing is read if that is not available.
 * @returns whether the decisions can change
 */
async function closePossibleGaps(
  snapshot: Snapshot,
  { options, policy }: ImagePruneRequest,
  registry: Registry | Error | undefined,
  context: RunContext,
): Promise<boolean> {
  const { gaps } = snapshot.images;
  if (options.referrers === 'oc' || gaps.possible.size === 0) return false;
  gaps.needPossible();
  if (registry && !(registry instanceof Error))
    await readPossibleGaps(snapshot, registry, policy.maxManifests, context);
  return true;
}

async function readLists(
  ports: PrunePorts,
  { options, registry }: ImagePruneRequest,
  { reporter, signal }: RunContext,
): Promise<ReadResult> {
  const notice = ports.findUnfinishedHardPrune();
  reporter.phase('listing objects');
  const read = await ports.cluster.readSnapshot({
    ...listScope(options, registry.registryUrl),
    signal,
    onPage: ({ count }) => reporter.tick(count),
  });
  const unfinished = await notice;
  if (unfinished) reporter.note(unfinished);
  return read;
}

/** Chooses the lists to read. */
function listScope(options: PruneOptions, registryUrl: string | undefined) {
  const namespace = namespaceToRead(options);
  return {
    namespace,
    referrersNamespace: namespace,
    onlyAsOc: options.referrers === 'oc',
    everything: everythingToRead(options, registryUrl),
    custom: customToRead(options),
  };
}

/** @throws RegadmError NOT_FOUND if the namespace does not exist and the user is allowed to see that */
async function checkNamespace(
  { checks }: PrunePorts,
  { namespace, referrers }: PruneOptions,
  { streams }: Pick<SnapshotView, 'streams'>,
  context: RunContext,
): Promise<void> {
  if (namespace === undefined || streams.some((stream) => stream.namespace === namespace)) return;
  const remedy = 'oc get imagestreams --all-namespaces';
  const hasNamespace = checks.hasNamespace.bind(checks);
  await checkEmptyNamespace(
    namespace,
    { things: 'image streams', remedy, asOc: referrers === 'oc', hasNamespace },
    context,
  );
}
