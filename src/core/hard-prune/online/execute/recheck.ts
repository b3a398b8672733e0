import { sha256Digest } from '../../../model/digest.js';
import type { Look } from '../../../trash-store/look.js';
import type { MovedBack } from '../../../trash-store/move-back.js';
import { recheck, type Recheck } from '../../../trash-store/recheck.js';
import type { OnlineRun } from '../run.js';

/** Moves back from the trash what is linked or in use. @param look one that began after the last move */
export async function recheckTrash(run: OnlineRun, look: Look): Promise<Recheck> {
  const { session, trashPorts, progress, request } = run;
  const found = await recheck(session, trashPorts, look, request.guard.recheckAfterMs);
  for (const moved of found.movedBack) noteMovedBack(run, moved);
  if (found.movedBack.length > 0) progress.hasChanged = true;
  if (found.stopped !== undefined) throw found.stopped;
  return found;
}

function noteMovedBack({ progress, ports }: OnlineRun, moved: MovedBack & { reason: string }): void {
  const { entry, result, reason, links } = moved;
  const digest = sha256Digest(entry.hex);
  const blob = { digest, bytes: entry.bytes, date: entry.date, reason };
  for (const [at, link] of links.entries())
    if (link.status === 'failed')
      progress.failures.push({ target: `${entry.links[at]?.repository}@${digest}`, message: link.message });
  if (result.status === 'exists') ports.reporter.log(4, `keeping blob ${digest} in the trash: it is in its place, too`);
  else if (result.status === 'failed') {
    progress.restored.push({ ...blob, status: 'failed', message: result.message });
    progress.failures.push({ target: digest, message: `not moved back, although it is needed: ${result.message}` });
  } else if (result.status === 'skipped') progress.restored.push({ ...blob, status: 'skipped', reason: result.reason });
  else progress.restored.push({ ...blob, status: result.status });
}
