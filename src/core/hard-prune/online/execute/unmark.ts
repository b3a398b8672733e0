import { sha256Digest } from '../../../model/digest.js';
import type { Unmark } from '../plan/sweep.js';
import type { OnlineRun } from '../run.js';

/**
 * Removes the marks of blobs that are in use or linked again. The links of those in use are restored before: a run that
 * is killed in between does it again.
 */
export async function unmark(run: OnlineRun, unmarks: readonly Unmark[]): Promise<void> {
  if (unmarks.length === 0) return;
  const { storage, session, progress } = run;
  progress.hasChanged = true;
  const links = unmarks.flatMap(({ isInUse, mark }) => (isInUse ? mark.links : []));
  const writes = await storage.trash().restoreLinks(links, { mayContinue: session.assertHeld });
  for (const [at, write] of writes.entries()) {
    const { repository, path } = links[at]!;
    if (write.status === 'failed') progress.failures.push({ target: `${repository}@${path}`, message: write.message });
  }
  for (const { hex } of unmarks) session.file.marks.delete(hex);
  await session.save();
  for (const { hex, mark, reason } of unmarks)
    progress.unmarked.push({ digest: sha256Digest(hex), bytes: mark.bytes, reason, status: 'unmarked' });
}
