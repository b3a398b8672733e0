import { failureOf, type Failure } from '../../model/document.js';
import { RegadmError, withAdvice } from '../../model/errors.js';
import { Lease } from '../../operator/lease/lease.js';
import { reportFindings } from '../findings.js';
import { assertWithinLimit } from '../../orphans/plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import { assertPassed, runChecks } from '../preflight.js';
import { isEmpty, nothingDeleted, type Findings } from '../report.js';
import type { GuardedRequest } from '../request.js';
import type { Way } from '../way/way.js';
import { guardedChecks } from './checks.js';
import { pruneLocked } from './locked.js';
import { interruptedError, outcomeOf, type Outcome } from './outcome.js';
import { restore } from './restore.js';
import { EMPTYING_CACHE, FINDING } from './step.js';
import { Steps } from './steps.js';

/**
 * Runs a hard prune as one guarded procedure (docs/hard-prune.md): check, find unused data (on the storage itself),
 * lock the registry, switch it to read-only mode, grant the role, find unused data or look at it again, delete it, and
 * always restore the registry.
 * @throws RegadmError if nothing was deleted; a later error is in the outcome
 */
export async function guardedHardPrune(ports: HardPrunePorts, request: GuardedRequest, way: Way): Promise<Outcome> {
  const { api, reporter, pruneImages } = ports;
  const steps = new Steps(reporter);
  const account = await steps.run('checking permissions, pods and the operator', async () => {
    assertPassed(await runChecks(guardedChecks(ports, request, way), reporter));
    return way.accountWithoutRole();
  });
  if (pruneImages) await steps.run('pruning images first', pruneImages);
  // The registry's own pruner finds nothing without its role, which is granted only while the registry is locked.
  const scanned = account === undefined ? await scan(ports, request, way, steps) : undefined;
  ports.signal.throwIfAborted();
  if (scanned && isEmpty(scanned.plan)) {
    reporter.note('there is nothing to delete: the registry is not changed');
    const notEmptied = ports.emptyCache ? await emptyStaleCache(ports.emptyCache, steps) : [];
    return outcomeOf({ findings: scanned, deletions: nothingDeleted(scanned) }, steps.records, notEmptied);
  }
  const lost = new AbortController();
  const stop = AbortSignal.any([ports.signal, lost.signal]);
  stop.throwIfAborted();
  const terms = {
    changesMode: (readOnly: boolean) => request.guard.readOnly === 'auto' && !readOnly,
    binding: account !== undefined,
    emptiesCache: ports.emptyCache !== undefined,
  };
  ports.onLock?.();
  const lease = await steps.run('taking the registry lock', () => Lease.take(api, terms, (why) => lost.abort(why)));
  const attempt = await pruneLocked({ ports, request, way, scanned, lease, account, steps, stop });
  const { timeoutMs } = request;
  const emptyCache = attempt.reachedDeletion ? ports.emptyCache : undefined;
  const { prunerMayRun } = attempt;
  const notRestored = lease.isTakenOver
    ? []
    : await restore({ api, lease, steps, reporter, timeoutMs, prunerMayRun, emptyCache });
  lease.abandon();
  const interrupted = interruptedError(ports.signal, attempt.error);
  const isUntouched = !attempt.reachedDeletion && !pruneImages && !request.guard.acceptDataLoss;
  const isRestored = notRestored.length === 0 && !lease.isTakenOver && !lease.readOnlyEndedByOthers;
  const error = isUntouched && isRestored ? withNoChange(interrupted) : interrupted;
  const outcome = outcomeOf({ ...attempt, error }, steps.records, notRestored);
  return { ...outcome, readOnlyEndedByOthers: lease.readOnlyEndedByOthers };
}

/**
 * Empties the cache in Redis although nothing is deleted: an earlier run can have left it stale. No push has to be
 * refused for that: an empty cache is always right.
 */
async function emptyStaleCache(emptyCache: () => Promise<number>, steps: Steps): Promise<Failure[]> {
  try {
    await steps.run(EMPTYING_CACHE, emptyCache);
    return [];
  } catch (error) {
    if (!(error instanceof RegadmError)) throw error;
    return [failureOf(EMPTYING_CACHE, error)];
  }
}

/** Adds to an error that it left no trace: a run that was interrupted or refused while the registry was locked. */
const withNoChange = (error: unknown): unknown =>
  error instanceof RegadmError
    ? withAdvice(error, ['nothing was deleted, and the registry is as it was before'])
    : error;

/** Finds unused data while the registry is read-write, and refuses what it finds too much of. */
async function scan(
  { reporter }: HardPrunePorts,
  { maxDelete }: GuardedRequest,
  way: Way,
  steps: Steps,
): Promise<Findings> {
  const scanned = await steps.run(FINDING, () => way.scan());
  reportFindings(scanned, reporter);
  assertWithinLimit(scanned.plan, maxDelete);
  return scanned;
}
