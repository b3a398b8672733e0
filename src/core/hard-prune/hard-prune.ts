import type { ClusterApi } from '../cluster/api.js';
import { pickPod } from '../operator/pruner-process.js';
import type { RegadmError } from '../model/errors.js';
import { messageOf, refusal } from '../model/errors.js';
import { streamsWithUnlistedChildren } from './plan/candidates.js';
import { assertWithinLimit } from './plan/limit.js';
import type { HardPruneRules } from './plan/plan-types.js';
import { emptyBlobCache } from '../operator/redis-cache.js';
import { openStorage } from '../storage/filesystem/open.js';
import type { HardPruneOptions } from './request.js';
import { PodPruner } from './pruner/pod-pruner.js';
import { assertNoPruner } from '../operator/guards.js';
import { EXEC_IN_POD, READ_IMAGES, assertPermissions } from '../operator/permissions.js';
import { guardedHardPrune, type ProcedureResult } from './procedure/procedure.js';
import { StoragePruner } from './pruner/storage-pruner.js';
import type { Findings, Pruner } from './report.js';
import type { Reporter } from '../kit/reporter.js';
import { readUsage } from './gather/usage.js';

export interface HardPruneResult extends ProcedureResult {
  dryRun: boolean;
}

/**
 * `regadm prune hard`: a dry run, or with `confirm` the whole operation.
 * @param show is told what is found before the first deletion
 * @param options that `assertUsable` has accepted
 * @throws RegadmError when nothing was deleted; otherwise the error is in the result
 */
export async function hardPrune(
  api: ClusterApi,
  options: HardPruneOptions,
  show: (findings: Findings) => void,
  report: Reporter,
  signal: AbortSignal,
): Promise<HardPruneResult> {
  const storage =
    options.storage === undefined ? undefined : await storagePruner(api, options.storage, options, report);
  if (!options.confirm || options.readOnly === 'skip') await options.pruneImages?.();
  if (!options.confirm)
    return { dryRun: true, findings: await dryRun(api, storage, options, report, signal), steps: [], notRestored: [] };
  if (options.readOnly === 'skip')
    return { dryRun: false, ...(await unguarded(storage!, options, show, report, signal)) };
  const result = await guardedHardPrune(
    api,
    {
      readOnly: options.readOnly,
      storage,
      pod: options.pod,
      maxDelete: options.maxDelete,
      timeoutMs: options.timeoutMs,
      emptyCache: cacheEmptier(options.redis),
      pruneImages: options.pruneImages,
      refuse: () =>
        storage ? tryOut(storage, options, signal) : assertIndexesSafe(api, options.rules, report, signal),
    },
    show,
    report,
    signal,
  );
  return { dryRun: false, ...result };
}

/** What empties the registry's shared cache; undefined without `--redis-url`. */
export function cacheEmptier(redis: URL | undefined): (() => Promise<number>) | undefined {
  return redis && (() => emptyBlobCache(redis));
}

async function storagePruner(
  api: ClusterApi,
  directory: string,
  options: HardPruneOptions,
  report: Reporter,
): Promise<Pruner> {
  return new StoragePruner(await openStorage(directory), api, options, report);
}

async function dryRun(
  api: ClusterApi,
  storage: Pruner | undefined,
  options: HardPruneOptions,
  report: Reporter,
  signal: AbortSignal,
): Promise<Findings> {
  if (storage) {
    if (options.readOnly !== 'skip') await assertPermissions(api, READ_IMAGES);
    return storage.check(signal);
  }
  await assertPermissions(api, EXEC_IN_POD);
  const pod = await pickPod(api, options.pod);
  await assertNoPruner(api, report);
  const findings = await new PodPruner(api, pod, report).check(signal);
  await assertPermissions(api, READ_IMAGES)
    .then(() => assertIndexesSafe(api, options.rules, report, signal))
    .catch((error: unknown) => findings.warnings.push(messageOf(error)));
  return findings;
}

/** What would end the run later is better found before the registry is away for a roll-out; decisions are made anew then. */
async function tryOut(storage: Pruner, { maxDelete }: HardPruneOptions, signal: AbortSignal): Promise<void> {
  const { plan } = await storage.check(signal);
  assertWithinLimit(plan, maxDelete);
}

/** With nobody watching over the mode: changes nothing but the storage, reads nothing but images and image streams. */
async function unguarded(
  pruner: Pruner,
  options: HardPruneOptions,
  show: (findings: Findings) => void,
  report: Reporter,
  signal: AbortSignal,
): Promise<ProcedureResult> {
  report.warning('--read-only=skip: whatever is pushed while this runs may be damaged; make sure that nobody pushes');
  const findings = await pruner.check(signal);
  show(findings);
  assertWithinLimit(findings.plan, options.maxDelete);
  signal.throwIfAborted();
  const removals = await pruner.remove(findings.plan, async () => {}, signal);
  const emptied = await Promise.resolve(cacheEmptier(options.redis)?.()).then(
    () => [],
    (error: RegadmError) => [error],
  );
  return { findings, removals, steps: [], error: signal.aborted ? signal.reason : undefined, notRestored: emptied };
}

/**
 * The registry's own pruner knows only what a stream lists, and removes the links of a listed index's children.
 * @throws RegadmError INDEX_CHILDREN (exit status 4) that names the streams
 */
async function assertIndexesSafe(
  api: ClusterApi,
  rules: HardPruneRules,
  report: Reporter,
  signal: AbortSignal,
): Promise<void> {
  const streams = streamsWithUnlistedChildren(await readUsage(api, signal));
  if (streams.length === 0) return;
  const message = `the registry's own pruner removes the manifest links of image indexes' children in: ${streams.join(', ')}`;
  if (rules === 'registry') return report.warning(message);
  throw refusal('INDEX_CHILDREN', message, [
    "prune the registry's volume with --storage DIR, which keeps them, or accept it with --rules registry",
  ]);
}
