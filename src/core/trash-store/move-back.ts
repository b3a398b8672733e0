import { sha256Digest } from '../model/digest.js';
import { messageOf } from '../model/errors.js';
import type { LinkWrite, Storage } from '../storage/storage.js';
import type { MoveBack } from '../storage/trash.js';
import { finish, runBatches } from './batch-run.js';
import { removeEntries } from './membership.js';
import { recordRemovedLinks } from './removed-links.js';
import type { TrashEntry } from './model.js';
import type { SessionPorts } from './ports.js';
import type { TrashSession } from './session.js';

/** Result of moving one blob back to its place. */
export interface MovedBack {
  entry: TrashEntry;
  /**
   * `exists`: the blob is in its place, with the same size if both are known; the trash keeps its copy. One that
   * was not reached is `skipped`.
   */
  result: MoveBack;
  /** Results of restoring its links, by position; empty if it was not reached. */
  links: LinkWrite[];
}

/** Results of moving blobs back. */
interface MovedBackBlobs {
  /** By position. */
  results: MovedBack[];
  /** Why it stopped before the end. The caller reports it as the end of the run. */
  stopped?: unknown;
}

/** True if the blob is in its place. */
export const isInPlace = ({ status }: MoveBack): boolean => status === 'restored' || status === 'exists';

/** True if no link to the blob failed to be restored. */
export const isLinked = ({ links }: MovedBack): boolean => links.every(({ status }) => status !== 'failed');

/**
 * Moves blobs from the trash back to their place, after their recorded links were restored: a run that is killed in
 * between leaves links, which the next recheck sees. Blobs that are in their place lose their marks. Links that could
 * not be restored are recorded as removed ones.
 * @throws what stops the run before the first batch
 */
export async function moveBack(
  session: TrashSession,
  ports: SessionPorts,
  entries: readonly TrashEntry[],
): Promise<MovedBackBlobs> {
  if (entries.length === 0) return { results: [] };
  const { results, stopped } = await runBatches(session, {
    items: entries,
    run: (batch, mayContinue) => moveBatchBack(session, ports, batch, mayContinue),
  });
  const all = results.map((result, index) =>
    'result' in result ? result : { entry: entries[index]!, result, links: [] },
  );
  const end = async (): Promise<void> => {
    const unlinked = all.filter((moved) => moved.result.status === 'restored' && !isLinked(moved));
    await recordRemovedLinks(
      session,
      ports,
      unlinked.map(({ entry: { hex, bytes, links } }) => ({ hex, bytes, links })),
    );
    await session.save();
  };
  return { results: all, stopped: await finish(stopped, end) };
}

async function moveBatchBack(
  session: TrashSession,
  { storage, reporter }: SessionPorts,
  batch: readonly TrashEntry[],
  mayContinue: () => Promise<void>,
): Promise<MovedBack[]> {
  const trash = storage.trash();
  const writes = await trash.restoreLinks(
    batch.flatMap(({ links }) => links),
    { mayContinue },
  );
  const checked = await compareExisting(
    storage,
    batch,
    await trash
      .moveBlobsBack(batch, { mayContinue, onProgress: (count) => reporter.tick(count) })
      // The links were written: they are reported.
      .catch((error: unknown) => batch.map((): MoveBack => ({ status: 'failed', message: messageOf(error) }))),
  );
  const isDone = (_: TrashEntry, index: number): boolean => isInPlace(checked[index]!);
  for (const { hex } of batch.filter(isDone)) session.file.marks.delete(hex);
  const left = batch.filter((_, index) => checked[index]!.status === 'restored' || checked[index]!.status === 'gone');
  removeEntries(session, left);
  let next = 0;
  return batch.map((entry, index) => ({
    entry,
    result: checked[index]!,
    links: writes.slice(next, (next += entry.links.length)),
  }));
}

/** Compares blobs in the trash with those in their place. Never throws: what was moved is reported. */
async function compareExisting(
  storage: Pick<Storage, 'findBlobs'>,
  batch: readonly TrashEntry[],
  moves: readonly MoveBack[],
): Promise<MoveBack[]> {
  const existing = batch.filter((_, index) => moves[index]!.status === 'exists');
  const sizes = await storage
    .findBlobs(existing.map(({ hex }) => sha256Digest(hex)))
    .catch((error: unknown) => messageOf(error));
  if (typeof sizes === 'string') {
    const message = `a blob is in its place, and cannot be compared with the one in the trash: ${sizes}`;
    return moves.map((move) => (move.status === 'exists' ? { status: 'failed', message } : move));
  }
  return moves.map((move, index) =>
    move.status === 'exists' ? compared(batch[index]!, sizes[existing.indexOf(batch[index]!)]) : move,
  );
}

/** Compares a blob in the trash with the one in its place. A size that is not known cannot differ. */
function compared({ bytes }: TrashEntry, inPlace: number | undefined): MoveBack {
  if (inPlace === undefined) return { status: 'failed', message: 'a blob was in its place, and disappeared' };
  if (inPlace === bytes || Number.isNaN(inPlace) || Number.isNaN(bytes)) return { status: 'exists' };
  return {
    status: 'failed',
    message: `there is another blob in its place, with ${inPlace} bytes instead of ${bytes}; the one in the trash is kept`,
  };
}
