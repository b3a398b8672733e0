import { announceRecovery } from './announce-recovery.js';
import { failureOf, type Failure } from '../model/document.js';
import { RegadmError } from '../model/errors.js';
import type { StoragePlace } from '../model/registry-storage.js';
import { assertPermissions } from '../operator/permissions.js';
import { reportWarnings } from './findings.js';
import { executeOnlinePrune, previewOnlinePrune } from './online/online-prune.js';
import type { HardPrunePorts } from './ports.js';
import { assertPassed, runChecks, type CheckStep } from './preflight.js';
import { overLimit } from '../orphans/plan/limit.js';
import { DELETING } from './procedure/step.js';
import { volumeWarnings } from './procedure/checks.js';
import { guardedHardPrune } from './procedure/guarded.js';
import type { Outcome } from './procedure/outcome.js';
import { unguardedHardPrune } from './procedure/unguarded.js';
import { recorded, times } from './recorded.js';
import type { HardPruneReport, HardPruneResult } from './report.js';
import type { GuardedRequest, HardPruneRequest, OnlineRequest, UnguardedRequest } from './request.js';
import { withVerification } from './verify.js';
import { openWayStorage, withWay } from './way/open.js';
import { StorageWay } from './way/storage-way.js';
import type { Way } from './way/way.js';

/**
 * Finds what a hard prune would delete, and changes nothing.
 * @throws RegadmError
 */
export async function previewHardPrune(given: HardPrunePorts, request: HardPruneRequest): Promise<HardPruneResult> {
  if (isOnline(request)) return previewOnlinePrune(given, request);
  const startedAt = new Date().toISOString();
  const { ports, reporter, counted } = recorded(given, request);
  if (isGuarded(request)) await announceRecovery(ports);
  for (const warning of await volumeWarnings(ports.api, request)) reporter.warning(warning);
  const {
    plan,
    failures = [],
    ...found
  } = await withWay(ports, request, async (way) => {
    await ports.pruneImages?.();
    assertPassed(await runChecks(previewChecks(ports, request, way), ports.reporter));
    return { ...(await way.preview()), storage: way.place };
  });
  reportWarnings({ plan, warnings: found.warnings }, reporter);
  const report: HardPruneReport = {
    dryRun: true,
    refusal: overLimit(plan, request.maxDelete),
    isRefusedWithConfirm: found.isRefusedWithConfirm,
    ...times(startedAt),
    options: request.options,
    storage: found.storage,
    plan,
    failures,
    procedure: [],
    warnings: [...reporter.warnings],
    ...counted(),
  };
  return { report, notRestored: [] };
}

/**
 * Runs a hard prune.
 * @throws RegadmError when nothing was deleted; an error after the first deletion is in the result
 */
export async function executeHardPrune(given: HardPrunePorts, request: HardPruneRequest): Promise<HardPruneResult> {
  if (isOnline(request)) return executeOnlinePrune(given, request);
  const startedAt = new Date().toISOString();
  const { ports, reporter, counted } = recorded(given, request);
  if (!ports.pruneImages)
    reporter.note(
      'hint: prune images first (regadm prune images --confirm, or --prune-images): blobs that Image objects still name are kept',
    );
  if (isGuarded(request)) await announceRecovery(ports);
  const { deletions, error, steps, notRestored, readOnlyEndedByOthers, storage } = isGuarded(request)
    ? await withWay(ports, request, async (way) => ({
        ...(await guardedHardPrune(ports, request, way)),
        storage: way.place,
      }))
    : await unguarded(ports, request);
  const report: HardPruneReport = {
    dryRun: false,
    ...times(startedAt),
    options: request.options,
    storage,
    ...deletions,
    unfinished: [...notRestored, ...endedBy(error)],
    procedure: steps,
    readOnlyEndedByOthers,
    warnings: [...reporter.warnings],
    ...counted(),
  };
  const result = { report, error, notRestored };
  const verified = await withVerification(ports, request, result);
  return { ...verified, report: { ...verified.report, warnings: [...reporter.warnings], ...counted() } };
}

/** Describes the error that ended the deletion. An interruption does not count as a failure. */
function endedBy(error: unknown): Failure[] {
  const isInterruption = error instanceof RegadmError && error.code === 'INTERRUPTED';
  return error === undefined || isInterruption ? [] : [failureOf(DELETING, error)];
}

type OfflineRequest = GuardedRequest | UnguardedRequest;

const isOnline = (request: HardPruneRequest): request is OnlineRequest => request.guard.mode === 'online';
const isGuarded = (request: OfflineRequest): request is GuardedRequest => request.guard.mode === 'guarded';

async function unguarded(
  ports: HardPrunePorts,
  request: UnguardedRequest,
): Promise<Outcome & { storage?: StoragePlace }> {
  const way = new StorageWay(ports, request, await openWayStorage(ports, request.way));
  try {
    return { ...(await unguardedHardPrune(ports, request, await way.open())), storage: way.place };
  } finally {
    await way.close();
  }
}

/** Returns the checks of a dry run. Without the guard, only images and image streams are read. */
function previewChecks({ api }: HardPrunePorts, { guard }: OfflineRequest, way: Way): CheckStep[] {
  if (guard.mode === 'unguarded') return [];
  const permissions = async (): Promise<string> => {
    await assertPermissions(api, way.permissions.find);
    return 'all permissions are granted';
  };
  return [{ name: 'permissions', run: permissions }, ...way.checks.find];
}
