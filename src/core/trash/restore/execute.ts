import { sha256Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import type { LinkWrite } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import { finish } from '../../trash-store/batch-run.js';
import type { TrashEntry } from '../../trash-store/model.js';
import { moveBack, type MovedBack } from '../../trash-store/move-back.js';
import type { SessionPorts } from '../../trash-store/ports.js';
import type { TrashSession } from '../../trash-store/session.js';
import type { TrashRow } from '../output/row.js';
import type { Removed, RestorePlan } from '../contents/plan-restore.js';
import type { RestoreStatus, TrashRestoreReport, Unmarked } from './report.js';

interface Work {
  plan: RestorePlan;
  removed: Removed;
  /** The marked blobs of the plan, by position. */
  marked: Omit<Unmarked, 'status'>[];
}

type Restored = Pick<TrashRestoreReport, 'rows' | 'links' | 'unmarked' | 'failures'> & {
  /** True if nothing failed, and nothing is left. */
  isComplete: boolean;
};

/**
 * Restores what a plan names: marked blobs get their links back before they lose their marks, so that a run that is
 * killed in between has not forgotten them; then blobs move back; then the links are written that nothing records.
 */
export async function executeRestore(session: TrashSession, ports: SessionPorts, work: Work): Promise<Restored> {
  const { plan } = work;
  const { reporter, signal } = ports;
  const mayContinue = (): Promise<void> => session.assertHeld();
  const unmarked = await unmark(session, ports, work);
  reporter.phase('moving blobs back', plan.entries.length);
  const { results: moved, stopped } = await moveBackAfter(unmarked, session, ports, plan.entries);
  const isOver = signal.aborted || stopped !== undefined;
  const linked = isOver ? NOTHING : await restoreLinks(plan.links, ports, mayContinue);
  const failures = [
    ...unmarked.failures,
    ...moved.flatMap((one) => failuresOf(one, signal)),
    ...linked.failures,
    ...(stopped === undefined || signal.aborted ? [] : [failureOf(stepOf(unmarked), stopped)]),
  ];
  const writes = [...unmarked.writes, ...moved.flatMap(({ links }) => links), ...linked.writes];
  return {
    rows: moved.map(toRow),
    links: writes.filter(({ status }) => status === 'written').length,
    unmarked: unmarked.blobs,
    failures,
    isComplete: !isOver && failures.length === 0,
  };
}

/**
 * Moves blobs back, unless the marks could not be saved. Once links were written, an error is reported with them.
 * @throws what stops the run before anything is changed
 */
async function moveBackAfter(
  { blobs, stopped }: Unmarking,
  session: TrashSession,
  ports: SessionPorts,
  entries: readonly TrashEntry[],
): ReturnType<typeof moveBack> {
  const skipped = (error: unknown): Awaited<ReturnType<typeof moveBack>> => ({
    results: entries.map((entry) => ({
      ...{ entry, links: [] },
      result: { status: 'skipped', reason: messageOf(error) },
    })),
    stopped: error,
  });
  if (stopped !== undefined) return skipped(stopped);
  return moveBack(session, ports, entries).catch((error: unknown) => {
    if (blobs.length === 0) throw error;
    return skipped(error);
  });
}

const NOTHING: Pick<Unmarking, 'writes' | 'failures'> = { writes: [], failures: [] };

/**
 * Writes the links whose blob is in its place. What is missing of an image is found when it is checked. Never throws:
 * what was restored before is reported.
 */
async function restoreLinks(
  all: readonly LinkFile[],
  { storage, signal }: SessionPorts,
  mayContinue: () => Promise<void>,
): Promise<Pick<Unmarking, 'writes' | 'failures'>> {
  try {
    const found = await storage.findBlobs(
      all.map(({ digest }) => digest),
      signal,
    );
    const links = all.filter((_, at) => found[at] !== undefined);
    const writes = await storage.trash().restoreLinks(links, { mayContinue });
    return { writes, failures: linkFailures(links, writes, signal) };
  } catch (error) {
    return { writes: [], failures: signal.aborted ? [] : [failureOf('restoring links', error)] };
  }
}

interface Unmarking {
  blobs: Unmarked[];
  writes: LinkWrite[];
  failures: Failure[];
  /** Why the marks were not saved. */
  stopped?: unknown;
}

async function unmark(
  session: TrashSession,
  { storage, signal }: SessionPorts,
  { removed, marked }: Work,
): Promise<Unmarking> {
  const done: Unmarking = { blobs: [], writes: [], failures: [] };
  if (marked.length === 0) return done;
  const links = marked.flatMap(({ hex }) => removed.marks.get(hex)!.links);
  done.writes = await storage.trash().restoreLinks(links, { mayContinue: () => session.assertHeld() });
  done.failures = linkFailures(links, done.writes, signal);
  let at = 0;
  const complete: string[] = [];
  for (const blob of marked) {
    const count = removed.marks.get(blob.hex)!.links.length;
    const left = done.writes.slice(at, (at += count)).find(isLeft);
    if (!left) complete.push(blob.hex);
    done.blobs.push({ ...blob, ...(left ?? { status: 'unmarked' }) });
  }
  for (const hex of complete) session.file.marks.delete(hex);
  done.stopped = await finish(undefined, () => session.save());
  if (done.stopped === undefined) return done;
  const message = `its links were restored, but it can still be marked: ${messageOf(done.stopped)}`;
  const isDone = ({ status }: Unmarked): boolean => status === 'unmarked';
  return { ...done, blobs: done.blobs.map((blob) => (isDone(blob) ? { ...blob, status: 'failed', message } : blob)) };
}

/** Returns the step that stopped. */
const stepOf = ({ stopped }: Unmarking): string => (stopped === undefined ? 'moving blobs back' : 'saving the marks');

const isLeft = (write: LinkWrite): write is Extract<LinkWrite, { status: 'failed' | 'skipped' }> =>
  write.status === 'failed' || write.status === 'skipped';

/** Describes the links that were not written. What an interruption left is not a failure. */
function linkFailures(
  links: readonly Pick<LinkFile, 'repository' | 'digest'>[],
  writes: readonly LinkWrite[],
  { aborted }: AbortSignal,
): Failure[] {
  return writes.flatMap((write, at) => {
    if (!isLeft(write) || (aborted && write.status === 'skipped')) return [];
    const { repository, digest } = links[at]!;
    return [
      {
        target: `${repository}@${digest}`,
        message: `the link was not restored: ${write.status === 'failed' ? write.message : write.reason}`,
      },
    ];
  });
}

function failuresOf({ entry, result, links }: MovedBack, signal: AbortSignal): Failure[] {
  const target = sha256Digest(entry.hex);
  const ofLinks = linkFailures(entry.links, links, signal);
  if (result.status === 'failed') return [{ target, message: result.message }, ...ofLinks];
  if (result.status === 'gone') return [{ target, message: 'the trash no longer has it' }, ...ofLinks];
  return ofLinks;
}

function toRow({ entry, result }: MovedBack): TrashRow<RestoreStatus> {
  if (result.status === 'exists') return { entry, status: 'skipped', reason: 'it is in its place already' };
  if (result.status === 'failed') return { entry, status: 'failed', message: result.message };
  if (result.status === 'skipped') return { entry, status: 'skipped', reason: result.reason };
  return { entry, status: result.status };
}
