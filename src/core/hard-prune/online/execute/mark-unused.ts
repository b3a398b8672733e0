import { lookAtUses } from '../../../trash-store/look.js';
import { isEmpty } from '../../report.js';
import type { OnlinePlan } from '../plan/plan.js';
import type { OnlineRun } from '../run.js';
import { LOOKING_AGAIN, MARKING } from '../steps.js';
import { mark } from './mark.js';
import { recheckTrash } from './recheck.js';

interface Found {
  plan: OnlinePlan;
  /** True if blobs were moved to the trash: then they are rechecked without waiting. */
  isMoved: boolean;
  /** When the listing began that the plan is made of, by the storage's clock. */
  listedAt: number;
}

/**
 * Looks again, rechecks what was moved, and marks what is still unused.
 * @returns true if it has marked or removed anything
 */
export async function markUnused(run: OnlineRun, { plan, isMoved, listedAt }: Found): Promise<boolean> {
  const { ports, request, session, steps, trashPorts } = run;
  const { candidates, interrupted, removal } = plan;
  const marks = candidates.length + interrupted.size > 0 || !isEmpty({ ...removal, blobs: [] });
  if (!isMoved && !marks) return false;
  ports.signal.throwIfAborted();
  const wanted = candidates.map(({ hex }) => hex);
  const look = await steps.run(LOOKING_AGAIN, async () => {
    const again = await lookAtUses(trashPorts, session, wanted);
    if (isMoved) await recheckTrash(run, again);
    return again;
  });
  if (!marks) return false;
  ports.signal.throwIfAborted();
  const keepWrittenSince = listedAt - request.way.ages.keepYoungerThanMs;
  await steps.run(MARKING, () => mark(run, { plan, look, keepWrittenSince }));
  return true;
}
