import { DELETED, GONE } from '../../../storage/results.js';
import type { Deletion } from '../../../storage/storage.js';
import type { Move } from '../../../storage/trash.js';
import { moveToTrash } from '../../../trash-store/move.js';
import type { OnlinePlan } from '../plan/plan.js';
import type { OnlineRun } from '../run.js';

/** Moves blobs to the trash. @returns true if any of them was moved */
export async function sweep(run: OnlineRun, { moves, removal }: OnlinePlan): Promise<boolean> {
  const { session, trashPorts, progress, ports } = run;
  ports.reporter.phase('moving blobs to the trash', moves.length);
  const onBegun = (): void => void (progress.hasChanged = true);
  const { moves: results, stopped } = await moveToTrash(session, trashPorts, moves, onBegun);
  progress.outcomes.blobs = results.map(toDeletion);
  for (const [at, result] of results.entries())
    if (result.status === 'failed')
      progress.failures.push({ target: removal.blobs[at]!.digest, message: result.message });
  if (stopped !== undefined) throw stopped;
  return results.some(({ status }) => status === 'moved');
}

/** A blob that was moved has left its place. */
function toDeletion(move: Move): Deletion {
  if (move.status === 'moved') return DELETED;
  return move.status === 'gone' ? GONE : move;
}
