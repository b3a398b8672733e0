import { RegadmError } from '../../model/errors.js';
import { failureOf } from '../../model/document.js';
import { interruptedError } from '../procedure/outcome.js';
import { announceRecovery } from '../announce-recovery.js';
import type { HardPrunePorts } from '../ports.js';
import { recorded, times } from '../recorded.js';
import type { HardPruneReport, HardPruneResult } from '../report.js';
import type { OnlineRequest } from '../request.js';
import { Steps } from '../procedure/steps.js';
import { withVerification } from '../verify.js';
import { openWayStorage } from '../way/open.js';
import { executeOnline } from './execute/execute.js';
import { previewOnline } from './preview.js';
import { Progress } from './progress.js';

/**
 * Finds what an online hard prune would mark, move and delete, and changes nothing.
 * @throws RegadmError
 */
export async function previewOnlinePrune(given: HardPrunePorts, request: OnlineRequest): Promise<HardPruneResult> {
  const startedAt = new Date().toISOString();
  const recording = recorded(given, request);
  const { ports, reporter } = recording;
  if (!request.guard.onlyStorage) await announceRecovery(ports);
  const opened = await openWayStorage(ports, request.way);
  try {
    await ports.pruneImages?.();
    const found = await previewOnline(ports, request, opened.storage);
    const report: HardPruneReport = {
      ...{ dryRun: true, ...times(startedAt), options: request.options, storage: opened.place },
      ...found,
      procedure: [],
      warnings: [...reporter.warnings],
      ...recording.counted(),
    };
    return { report, notRestored: [] };
  } finally {
    await opened.storage.close();
  }
}

/**
 * Runs an online hard prune.
 * @throws RegadmError when nothing was changed; a later error is in the result
 */
export async function executeOnlinePrune(given: HardPrunePorts, request: OnlineRequest): Promise<HardPruneResult> {
  const startedAt = new Date().toISOString();
  const recording = recorded(given, request);
  const { ports, reporter } = recording;
  if (!ports.pruneImages)
    reporter.note(
      'hint: prune images first (regadm prune images --confirm, or --prune-images): blobs that Image objects still name are kept',
    );
  if (!request.guard.onlyStorage) await announceRecovery(ports);
  const opened = await openWayStorage(ports, request.way);
  const steps = new Steps(reporter);
  const progress = new Progress();
  let error: unknown;
  try {
    await executeOnline({ ports, request, storage: opened.storage, steps, progress });
  } catch (cause) {
    error = interruptedError(ports.signal, cause);
    if (!progress.hasChanged) throw error;
  } finally {
    await opened.storage.close();
  }
  const report = {
    ...{ dryRun: false, ...times(startedAt), options: request.options, storage: opened.place },
    ...reportOf(progress, error),
    procedure: steps.records,
    warnings: [...reporter.warnings],
  };
  const verified = await withVerification(ports, request, { report, error, notRestored: [] });
  const { warnings } = reporter;
  return { ...verified, report: { ...verified.report, warnings: [...warnings], ...recording.counted() } };
}

function reportOf(
  { plan, outcomes, failures, marked, unmarked, restored, purged, waiting, trash }: Progress,
  error: unknown,
): Pick<HardPruneReport, 'plan' | 'outcomes' | 'failures' | 'unfinished' | 'online'> {
  const isInterruption = error instanceof RegadmError && error.code === 'INTERRUPTED';
  return {
    plan: plan!.removal,
    outcomes,
    failures,
    unfinished: error === undefined || isInterruption ? [] : [failureOf('the run', error)],
    online: { marked, unmarked, restored, purged, waiting, trash },
  };
}
