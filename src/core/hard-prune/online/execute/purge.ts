import { failureOf } from '../../../model/document.js';
import { sha256Digest } from '../../../model/digest.js';
import { choosePurgeable, purge } from '../../../trash-store/purge.js';
import type { Recheck } from '../../../trash-store/recheck.js';
import { overPurgeLimit } from '../plan/limits.js';
import type { OnlineRun } from '../run.js';
import { PURGING } from '../steps.js';

/**
 * Deletes from the trash what is old enough and has passed a conclusive recheck, directly after a recheck; nothing if
 * that is more than `--max-delete`.
 */
export async function purgeTrash(run: OnlineRun, last: Recheck): Promise<void> {
  const { session, request, trashPorts, steps, progress, ports } = run;
  const { purgeable, kept } = choosePurgeable(session, { ...last, keepMs: request.guard.trashKeepMs });
  for (const { entry, because } of kept)
    ports.reporter.log(4, `keeping blob ${sha256Digest(entry.hex)} in the trash: ${because}`);
  if (purgeable.length === 0) return;
  const excess = overPurgeLimit(progress.plan!, request.maxDelete, purgeable);
  if (excess) return void progress.failures.push(failureOf(PURGING, excess));
  progress.hasChanged = true;
  await steps.run(PURGING, async () => {
    ports.reporter.phase(PURGING, purgeable.length);
    const { deletions, stopped } = await purge(session, trashPorts, purgeable);
    for (const [at, { hex, date, bytes }] of purgeable.entries()) {
      const digest = sha256Digest(hex);
      const result = deletions[at] ?? { status: 'skipped', reason: 'not reached' };
      const status = result.status === 'deleted' ? { status: 'purged' as const } : result;
      progress.purged.push({ digest, bytes, date, ...status });
      if (result.status === 'failed') progress.failures.push({ target: digest, message: result.message });
    }
    if (stopped !== undefined) throw stopped;
  });
}
