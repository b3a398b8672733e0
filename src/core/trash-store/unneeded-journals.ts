import { DAY } from './format/fields.js';
import type { SessionPorts } from './ports.js';
import type { TrashSession } from './session.js';

const JOURNAL = /^trash\/([^/]+)\/journal\/[^/]+\.json\.gz$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Deletes the journals of days of which the trash has nothing: a run can end between its record and its first move, and
 * what was moved can be back in its place. Those of the last two days stay, because a move can still take effect, and
 * all if anything in the trash is not understood.
 * @throws the storage's error; RegadmError TRASH_LEASE_LOST
 */
export async function deleteUnneededJournals(
  session: TrashSession,
  { storage, signal }: Pick<SessionPorts, 'storage' | 'signal'>,
): Promise<void> {
  if (session.warnings.length > 0) return;
  const needed = new Set(session.entries.map(({ date }) => date));
  const isUnneeded = (path: string): boolean => {
    const [, date = ''] = JOURNAL.exec(path) ?? [];
    return DAY.test(date) && !needed.has(date) && Date.parse(date) + 2 * DAY_MS <= session.now();
  };
  const files = (await storage.trash().listFiles('trash', signal)).filter(isUnneeded);
  if (files.length === 0) return;
  await session.assertHeld();
  await storage.trash().deleteFiles(files);
}
