import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../cluster/api.js';
import { RegadmError, hasCode } from '../../model/errors.js';
import { createBinding } from '../../operator/binding.js';
import { changeConfig } from '../../operator/config.js';
import type { Lease } from '../../operator/lease/lease.js';
import { assertImagesSurvive } from '../../operator/ephemeral-storage.js';
import { modeRollout, waitForRollout } from '../../operator/rollout.js';
import { reportFindings } from '../findings.js';
import { assertWithinLimit } from '../../orphans/plan/limit.js';
import type { HardPrunePorts } from '../ports.js';
import { isEmpty, nothingDeleted, PLAN_PARTS, type Deletions, type Findings } from '../report.js';
import type { Guarded, GuardedRequest } from '../request.js';
import type { Pruner, Way } from '../way/way.js';
import { findLateImages } from './late-images.js';
import type { Attempt } from './outcome.js';
import { DELETING, FINDING, FINDING_AGAIN, READ_ONLY_ROLLOUT, SWITCHING } from './step.js';
import type { Steps } from './steps.js';

/** A run that holds the registry lock. */
interface LockedRun {
  ports: HardPrunePorts;
  request: GuardedRequest;
  way: Way;
  /** What was found before; undefined if the pruner finds everything at once. */
  scanned: Findings | undefined;
  lease: Lease;
  /** The service account to grant the pruner role to. */
  account: string | undefined;
  steps: Steps;
  /** Aborts on an interruption, and when the lock is lost. */
  stop: AbortSignal;
}

interface LockedAttempt extends Attempt {
  /** True once everything before the deletion has been done, even if nothing is left to delete. */
  reachedDeletion: boolean;
  /** True if a process that the run started can still be deleting in a pod. */
  prunerMayRun: boolean;
}

/** Runs the steps between taking the registry lock and restoring the registry. Never throws. */
export async function pruneLocked(run: LockedRun): Promise<LockedAttempt> {
  const attempt: Attempt & { reachedDeletion: boolean } = { reachedDeletion: false };
  let pruner: Pruner | undefined;
  try {
    await switchToReadOnly(run);
    await grantRole(run);
    const opened = (pruner = await run.way.open(run.lease));
    const findings = (attempt.findings = await run.steps.run(run.scanned ? FINDING_AGAIN : FINDING, () =>
      find(run, opened),
    ));
    reportFindings(findings, run.ports.reporter, run.scanned);
    assertWithinLimit(findings.plan, run.request.maxDelete);
    run.stop.throwIfAborted();
    await run.lease.assertKept();
    attempt.reachedDeletion = true;
    if (isEmpty(findings.plan)) {
      run.ports.reporter.note('there is nothing to delete');
      attempt.deletions = nothingDeleted(findings);
    } else
      await run.steps.run(DELETING, async () => {
        attempt.deletions = await opened.delete(findings.plan, run.lease.mayContinue, run.stop);
        if (isUnfinished(attempt.deletions)) run.stop.throwIfAborted();
      });
    run.stop.throwIfAborted();
  } catch (error) {
    attempt.error = run.stop.aborted && !isCausedBy(error, run.stop.reason) ? run.stop.reason : error;
  }
  attempt.late = await findLateImages(attempt, { api: run.ports.api, pruner, signal: run.stop });
  if (run.stop.aborted) attempt.error ??= run.stop.reason;
  if (attempt.reachedDeletion) await run.lease.assertKept().catch((error: unknown) => (attempt.error ??= error));
  return { ...attempt, prunerMayRun: pruner?.mayStillRun ?? false };
}

/** True if something of the plan was not deleted, and perhaps not even tried. */
function isUnfinished({ isIncomplete, outcomes }: Deletions): boolean {
  return isIncomplete === true || PLAN_PARTS.some((part) => outcomes[part].some(({ status }) => status === 'skipped'));
}

/** True for an error that says more about an interruption than its reason. */
function isCausedBy(error: unknown, reason: unknown): boolean {
  return error instanceof RegadmError && error.cause === reason;
}

async function switchToReadOnly({ ports, request, lease, steps, stop }: LockedRun): Promise<void> {
  const { api, reporter } = ports;
  stop.throwIfAborted();
  if (lease.record.changesMode) await steps.run(SWITCHING, () => setReadOnly(api, lease, request.guard));
  const { timeoutMs } = request;
  await steps.run(READ_ONLY_ROLLOUT, () =>
    waitForRollout(api, { ...modeRollout(true), timeoutMs, signal: stop, reporter }),
  );
  lease.expectReadOnly(true);
  await lease.renew();
}

async function setReadOnly(api: ClusterApi, lease: Lease, { acceptDataLoss }: Guarded): Promise<void> {
  await changeConfig(api, (reading) => {
    const { config } = reading;
    lease.assertHeld(reading);
    if (config.spec?.readOnly === true) return undefined;
    assertImagesSurvive({ config }, acceptDataLoss);
    lease.markReadOnlyRequested();
    return { spec: { readOnly: true } };
  });
}

async function grantRole({ ports, lease, account, steps, stop }: LockedRun): Promise<void> {
  const { binding } = lease.record;
  stop.throwIfAborted();
  if (binding === undefined || account === undefined) return;
  await steps.run(`granting system:image-pruner to the registry's service account (${binding})`, () =>
    createBinding(ports.api, binding, account),
  );
}

/** Maximum attempts, 1 s apart, until a new binding takes effect. */
const BINDING_ATTEMPTS = 10;

async function find({ lease, stop }: LockedRun, pruner: Pruner): Promise<Findings> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await pruner.find(stop);
    } catch (error) {
      const forbidden = hasCode(error, 'PRUNER_FORBIDDEN');
      if (!lease.record.binding || !forbidden || attempt === BINDING_ATTEMPTS) throw error;
      await sleep(1000, undefined, { signal: stop });
    }
  }
}
