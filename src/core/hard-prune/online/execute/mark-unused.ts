import { lookAtUses } from '../../../trash-store/look.js';
import { isEmpty } from '../../report.js';
import type { FirstLook } from '../gather/first-look.js';
import type { OnlinePlan } from '../plan/plan.js';
import { stillRemovable } from '../plan/still-removable.js';
import type { OnlineRun } from '../run.js';
import { LOOKING_AGAIN, MARKING } from '../steps.js';
import { mark } from './mark.js';
import { recheckTrash } from './recheck.js';
import { OtherLinks } from './removed-links.js';

interface Found {
  plan: OnlinePlan;
  /** True if blobs were moved to the trash: then they are rechecked without waiting. */
  isMoved: boolean;
  first: FirstLook;
}

/**
 * Looks again, rechecks what was moved, and marks what is still unused.
 * @returns true if it has marked or removed anything
 */
export async function markUnused(run: OnlineRun, { plan, isMoved, first }: Found): Promise<boolean> {
  const { ports, request, session, steps, trashPorts, progress } = run;
  const { candidates, interrupted, removal } = plan;
  const marks = candidates.length + interrupted.size > 0 || !isEmpty({ ...removal, blobs: [] });
  if (!isMoved && !marks) return false;
  ports.signal.throwIfAborted();
  const others = new OtherLinks(removal);
  const wanted = candidates.map(({ hex }) => hex);
  const look = await steps.run(LOOKING_AGAIN, async () => {
    const again = await lookAtUses(trashPorts, session, wanted, others.add);
    if (isMoved) await recheckTrash(run, again);
    return again;
  });
  if (!marks) return false;
  ports.signal.throwIfAborted();
  const { snapshot, listedAt } = first.gathered;
  const { keepYoungerThanMs } = request.way.ages;
  // 0 ignores ages, also of what seems to be written in the future.
  const keepWrittenSince = keepYoungerThanMs > 0 ? listedAt - keepYoungerThanMs : undefined;
  const left = stillRemovable(removal, snapshot, { usage: look.usage, rules: request.rules });
  progress.plan = { ...plan, removal: left };
  await steps.run(MARKING, () => mark(run, { plan, look, removal: left, others, keepWrittenSince }));
  return true;
}
