import { Lease } from '../../operator/lease/lease.js';
import { reportFindings } from '../findings.js';
import { assertWithinLimit } from '../plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import { assertPassed, runChecks } from '../preflight.js';
import { PLAN_PARTS, type Deletions, type Findings } from '../report.js';
import type { HardPrunePlan } from '../../orphans/plan/types.js';
import type { GuardedRequest } from '../request.js';
import type { Way } from '../way/way.js';
import { guardedChecks } from './checks.js';
import { pruneLocked } from './locked.js';
import { interruptedError, outcomeOf, type Outcome } from './outcome.js';
import { restore } from './restore.js';
import { FINDING } from './step.js';
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
  const scanned = await scan(ports, request, way, steps);
  ports.signal.throwIfAborted();
  if (scanned && isEmpty(scanned.plan) && !ports.emptyCache) {
    reporter.note('there is nothing to delete: the registry is not changed');
    return outcomeOf({ findings: scanned, deletions: nothingDeleted(scanned) }, steps.records, []);
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
  const emptyCache = attempt.deletionStarted ? ports.emptyCache : undefined;
  const { prunerMayRun } = attempt;
  const notRestored = lease.isTakenOver
    ? []
    : await restore({ api, lease, steps, reporter, timeoutMs, prunerMayRun, emptyCache });
  lease.abandon();
  const error = interruptedError(ports.signal, attempt.error);
  const outcome = outcomeOf({ ...attempt, error }, steps.records, notRestored);
  return { ...outcome, readOnlyEndedByOthers: lease.readOnlyEndedByOthers };
}

/** Returns true if a plan deletes nothing: then no push has to be refused, except to empty a stale cache. */
const isEmpty = (plan: HardPrunePlan): boolean => PLAN_PARTS.every((part) => plan[part].length === 0);

function nothingDeleted({ plan, failures = [] }: Findings): Deletions {
  return { plan, outcomes: { blobs: [], manifestLinks: [], repositories: [], layerLinks: [], uploads: [] }, failures };
}

/** Finds unused data while the registry is read-write, if that is possible, and refuses what it finds too much of. */
async function scan(
  { reporter }: HardPrunePorts,
  { maxDelete }: GuardedRequest,
  way: Way,
  steps: Steps,
): Promise<Findings | undefined> {
  const scanned = way.scan && (await steps.run(FINDING, () => way.scan!()));
  if (!scanned) return undefined;
  reportFindings(scanned, reporter);
  assertWithinLimit(scanned.plan, maxDelete);
  return scanned;
}
