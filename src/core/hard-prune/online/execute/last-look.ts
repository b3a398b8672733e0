import { addManifestUses } from '../../../orphans/gather/manifest-uses.js';
import { LISTING, readUsage } from '../../../orphans/gather/usage.js';
import { lookAtUses, lookFrom, type Look } from '../../../trash-store/look.js';
import type { Recheck } from '../../../trash-store/recheck.js';
import { readBlobAnywhere } from '../../../trash-store/trash-and-place.js';
import { readRemovedOthers } from '../../../trash-store/walk.js';
import type { Unmark } from '../plan/sweep.js';
import type { OnlineRun } from '../run.js';
import { RECHECKING_AGAIN } from '../steps.js';
import { recheckTrash } from './recheck.js';
import { restoreNeededLinks } from './removed-links.js';
import { unmark } from './unmark.js';

/**
 * Looks a last time at what is in use: what a push needs that ended meanwhile goes back, with its links.
 * @returns what it found in the trash; undefined if that is empty
 */
export async function lastLook(run: OnlineRun): Promise<Recheck | undefined> {
  const { session, steps, trashPorts, ports } = run;
  ports.signal.throwIfAborted();
  return steps.run(RECHECKING_AGAIN, async () => {
    const isEmpty = session.entries.length === 0;
    const look = isEmpty ? await lookAtImages(run) : await lookAtUses(trashPorts, session, session.file.marks.keys());
    const found = isEmpty ? undefined : await recheckTrash(run, look);
    await unmark(run, needed(run, look));
    await restoreNeededLinks(run, look.usage);
    return found;
  });
}

function needed({ session }: OnlineRun, look: Look): Unmark[] {
  const unmarks: Unmark[] = [];
  for (const [hex, mark] of session.file.marks) {
    const reason = look.reason(hex);
    if (reason !== undefined) unmarks.push({ hex, mark, reason, isInUse: look.isInUse(hex) });
  }
  return unmarks;
}

/** Reads only image streams and images: without a trash, the next run sees in time what is linked again. */
async function lookAtImages({ session, trashPorts, ports }: OnlineRun): Promise<Look> {
  const { api, storage, signal } = trashPorts;
  const { marks } = session.file;
  ports.reporter.progress(LISTING);
  ports.reporter.phase(LISTING);
  const usage = await readUsage(api, { signal });
  ports.reporter.phase('reading manifests');
  const manifests = readBlobAnywhere(storage, session.entries);
  await addManifestUses(manifests, usage, signal);
  const namesOf = (hex: string): string[] => (marks.get(hex)?.links ?? []).map(({ path }) => path);
  const nothing = { startedAt: 0, processes: undefined, seen: new Set<string>(), isSettled: false, others: [] };
  const links = {
    removedOthers: () => readRemovedOthers(storage.trash(), session, signal),
    linksTo: () => [],
    namesOf,
  };
  return lookFrom({ manifests, signal }, { ...nothing, isLinked: () => false, ...links }, usage);
}
