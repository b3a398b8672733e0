import { setTimeout as sleep } from 'node:timers/promises';
import { failureOf } from '../../../model/document.js';
import { completeBatches, noteEmptyCache } from '../../../trash-store/batches.js';
import { humanDuration } from '../../../model/values/age.js';
import { LATE_EFFECT_MS, conclusiveFrom } from '../../../trash-store/conclusive.js';
import { isSettled, needsRestart } from '../plan/needs-restart.js';
import type { OnlineRun } from '../run.js';
import { RESTARTING, WAITING, WAITING_AS_SET, WAITING_UNANSWERED } from '../steps.js';

/**
 * Completes the batches for which it is certain that no process remembers their blobs.
 * @param cache `empty`: Redis was emptied after the recorded processes had ended; `emptied-now`: it is emptied here, if
 *   possible
 */
export async function complete(run: OnlineRun, cache: 'empty' | 'emptied-now' | 'unknown'): Promise<void> {
  const { session, registry, ports } = run;
  if (isSettled(session.file)) return;
  const before = await registry.processes();
  if (before && cache === 'emptied-now') await ports.emptyCache?.();
  const isEmptied = ports.emptyCache !== undefined && cache !== 'unknown';
  const processes = await registry.processes();
  if (before && processes && isEmptied) noteEmptyCache(session.file, before, processes);
  completeBatches(session.file, registry.proof(processes, isEmptied), session.now());
  await session.save();
}

/**
 * Restarts the registry if only that shows that its processes have forgotten what was marked or moved.
 * @returns when the last old process had ended, by `performance.now()`; undefined if the registry was not restarted
 */
export async function restartIfNeeded(run: OnlineRun): Promise<number | undefined> {
  const { ports, request, session, registry, steps, progress } = run;
  const processes = await registry.processes();
  if (!request.guard.restarts || !processes || !needsRestart(session.file, processes)) return undefined;
  ports.signal.throwIfAborted();
  try {
    await steps.run(RESTARTING, () => registry.restart());
  } catch (error) {
    if (ports.signal.aborted) throw error;
    progress.failures.push(failureOf(RESTARTING, error, [NEXT_RUN]));
    return undefined;
  }
  const endedAt = performance.now();
  await complete(run, 'empty');
  return endedAt;
}

const NEXT_RUN =
  'what was marked stays marked, and nothing of it is moved before the registry was restarted: the next run restarts it again';

/**
 * Waits until requests that are under way can no longer take effect, so that the next look proves something.
 * @param endedAt when the last old process had ended, by `performance.now()`
 */
export async function waitForLateRequests(run: OnlineRun, endedAt: number): Promise<void> {
  const { ports, steps } = run;
  const rest = restOf(run, endedAt);
  if (rest <= 0) return;
  await steps.run(`${whyWait(run, rest)} (${humanDuration(Math.ceil(rest / 1000) * 1000)})`, async () => {
    // The storage's clock can be corrected meanwhile, also to one that is far behind.
    for (let ms = rest; ms > 0; ms = restOf(run, endedAt))
      await sleep(Math.min(ms, LONGEST_SLEEP_MS), undefined, { signal: ports.signal });
  });
}

/** After it, the wait is computed again; far below the limit of timers, which would not wait at all. */
const LONGEST_SLEEP_MS = 60 * 60 * 1000;

function restOf(run: OnlineRun, endedAt: number): number {
  const { request, session } = run;
  const { recheckAfterMs } = request.guard;
  const from = conclusiveFrom(session.file, recheckAfterMs) ?? 0;
  return Math.max(endedAt + recheckAfterMs - performance.now(), unansweredRest(run), from - session.now());
}

function unansweredRest({ storage }: OnlineRun): number {
  const { unansweredAt } = storage.trash();
  return unansweredAt === undefined ? 0 : unansweredAt + LATE_EFFECT_MS - performance.now();
}

/** Returns the reason for the longest of the waits. */
function whyWait(run: OnlineRun, rest: number): string {
  // The rest was computed a moment before.
  if (unansweredRest(run) > Math.max(0, rest - 1000)) return WAITING_UNANSWERED;
  return run.request.guard.onlyStorage ? WAITING_AS_SET : WAITING;
}
