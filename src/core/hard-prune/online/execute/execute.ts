import { dropMissingMarks } from '../../../trash-store/batches.js';
import type { TrashEntry } from '../../../trash-store/model.js';
import { choosePurgeable } from '../../../trash-store/purge.js';
import type { Recheck } from '../../../trash-store/recheck.js';
import { forgetRemovedLinks } from '../../../trash-store/removed-links.js';
import { withTrashSession } from '../../../trash-store/session.js';
import { deleteUnneededJournals } from '../../../trash-store/unneeded-journals.js';
import { reportWarnings } from '../../findings.js';
import { assertPassed, runChecks } from '../../preflight.js';
import { FINDING } from '../../procedure/step.js';
import { onlineChecks } from '../checks.js';
import { reportOnlineFindings } from '../findings.js';
import { firstLook, type FirstLook } from '../gather/first-look.js';
import { assertWithinLimits } from '../plan/limits.js';
import { planOnline, type OnlinePlan } from '../plan/plan.js';
import { contentsOf, waitingOf } from '../plan/waiting.js';
import { OnlineRegistry } from '../registry.js';
import type { OnlineParts, OnlineRun } from '../run.js';
import { CHECKING, MOVING, RECHECKING } from '../steps.js';
import { lastLook } from './last-look.js';
import { markUnused } from './mark-unused.js';
import { purgeTrash } from './purge.js';
import { recheckTrash } from './recheck.js';
import { restoreNeededLinks } from './removed-links.js';
import { complete, restartIfNeeded, waitForLateRequests } from './settle.js';
import { sweep } from './sweep.js';
import { unmark } from './unmark.js';

/**
 * Runs the steps of an online hard prune (docs/online-hard-prune.md): recheck the trash, sweep what was marked, mark
 * what is unused, restart the registry, wait, recheck, purge.
 * @throws RegadmError; what was done until then is in the progress
 */
export async function executeOnline(parts: OnlineParts): Promise<void> {
  const { ports, request, storage, steps } = parts;
  const { api, reporter, signal, pruneImages } = ports;
  const registry = new OnlineRegistry(ports, request);
  await steps.run(CHECKING, async () => assertPassed(await runChecks(onlineChecks(ports, request), reporter)));
  if (pruneImages) await steps.run('pruning images first', pruneImages);
  const trashPorts = { storage, api, reporter, signal, processes: registry.processes };
  await withTrashSession(trashPorts, { discardMarks: request.guard.discardMarks }, async (session) => {
    registry.storageNow = session.now;
    const run = { ...parts, registry, trashPorts, session };
    // A hard prune in read-only mode locks the registry, then looks at the lease: of two, at least one sees the other.
    await registry.assertUnlocked();
    try {
      await runSession(run);
    } finally {
      noteContents(run);
    }
  });
}

async function runSession(run: OnlineRun): Promise<void> {
  const { ports, request, session, steps, progress } = run;
  const startedAt = session.now();
  for (const warning of session.warnings) ports.reporter.warning(warning);
  await complete(run, request.guard.restarts ? 'unknown' : 'emptied-now');
  const found = await steps.run(FINDING, () => firstLook(run.trashPorts, session, request));
  const plan = (progress.plan = planOnline(found, { ...session, graceMs: request.guard.graceMs, now: session.now() }));
  reportWarnings({ plan: found.plan, warnings: found.warnings }, ports.reporter);
  reportOnlineFindings(plan, ports.reporter);
  const first = await restoreNeeded(run, found);
  assertWithinLimits(plan, request.maxDelete, first ? purgeableNow(run, first) : []);
  const isChanged = await change(run, plan, found);
  if (request.guard.onlyStorage) await complete(run, 'unknown');
  const endedAt = await restartIfNeeded(run);
  if (isChanged || endedAt !== undefined) await waitForLateRequests(run, endedAt ?? performance.now());
  const last = isChanged || endedAt !== undefined ? await lastLook(run) : first;
  if (last) await purgeTrash(run, last);
  if (progress.hasUnrestoredLinks) return;
  await forgetRemovedLinks(session, run.trashPorts, { keepMs: request.guard.trashKeepMs, before: startedAt });
  await deleteUnneededJournals(session, run.trashPorts);
}

/** Moves back and links again what is needed now. */
async function restoreNeeded(run: OnlineRun, { look, gathered }: FirstLook): Promise<Recheck | undefined> {
  await restoreNeededLinks(run, gathered.usage);
  if (!look || run.session.entries.length === 0) return undefined;
  return run.steps.run(RECHECKING, () => recheckTrash(run, look));
}

/** Returns what can be deleted after the first look. The last one may allow more: then the limit is checked again. */
const purgeableNow = ({ session, request }: OnlineRun, first: Recheck): TrashEntry[] =>
  choosePurgeable(session, { ...first, keepMs: request.guard.trashKeepMs }).purgeable;

/** Moves, marks and removes what the plan has. @returns true if it has moved, marked or removed anything */
async function change(run: OnlineRun, plan: OnlinePlan, first: FirstLook): Promise<boolean> {
  dropMissingMarks(run.session.file, (hex) => first.present.has(hex));
  await unmark(run, plan.unmarks);
  const isMoved = plan.moves.length > 0 && (await run.steps.run(MOVING, () => sweep(run, plan)));
  const isMarked = await markUnused(run, { plan, isMoved, first });
  return isMoved || isMarked;
}

function noteContents({ session, progress, request }: OnlineRun): void {
  progress.waiting = session.isSaved ? waitingOf(session.file, request.guard.graceMs) : undefined;
  progress.trash = contentsOf(session.entries, request.guard.trashKeepMs);
}
