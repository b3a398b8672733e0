import type { Move } from '../storage/trash.js';
import { proofOf } from './adopt.js';
import { finish, runBatches } from './batch-run.js';
import { formatJournal, journalPath } from './format/journal-file.js';
import { linksOf } from './format/links.js';
import { addEntries } from './membership.js';
import { keyOf, type JournalEntry, type JournalFile, type TrashEntry } from './model.js';
import type { SessionPorts } from './ports.js';
import { newId } from './new-id.js';
import type { TrashSession } from './session.js';

/** Result of moving blobs to the trash. */
export interface Moved {
  /** By position. Blobs that were not reached are `skipped`. */
  moves: Move[];
  /** Why it stopped before the end. The caller reports it as the end of the run. */
  stopped?: unknown;
}

/**
 * Moves blobs to the trash. Each batch of at most 1,000 is written to the journal first. Blobs that were moved, or that
 * do not exist, lose their marks; the sweep is recorded with the processes that run after its last move.
 * @param onBegun called before the first move of each batch: until then, nothing is changed
 * @throws what stops the run before the first batch
 */
export async function moveToTrash(
  session: TrashSession,
  ports: SessionPorts,
  blobs: readonly JournalEntry[],
  onBegun: () => void = () => {},
): Promise<Moved> {
  if (blobs.length === 0) return { moves: [] };
  const sweep = new OpenSweep(session, ports, onBegun);
  const { results, stopped } = await runBatches(session, {
    items: blobs,
    run: (batch, mayContinue) => sweep.move(batch, mayContinue),
  });
  return { moves: results, stopped: await finish(stopped, () => sweep.record()) };
}

/** A sweep that is under way. */
class OpenSweep {
  private readonly moved: TrashEntry[] = [];
  private readonly id = newId();
  private readonly date: string;
  private files = 0;

  constructor(
    private readonly session: TrashSession,
    private readonly ports: SessionPorts,
    private readonly onBegun: () => void,
  ) {
    this.date = new Date(session.now()).toISOString().slice(0, 10);
  }

  async move(batch: readonly JournalEntry[], mayContinue: () => Promise<void>): Promise<Move[]> {
    const { session, ports, date } = this;
    const at = session.now();
    await this.leaveFormerSweeps(batch);
    await this.announce(batch, at);
    this.onBegun();
    const moves = await ports.storage.trash().moveBlobs(
      batch.map(({ hex }) => hex),
      date,
      { mayContinue, onProgress: (count) => ports.reporter.tick(count) },
    );
    const entries: TrashEntry[] = [];
    for (const [index, { hex, bytes, links }] of batch.entries()) {
      const move = moves[index]!;
      if (move.status === 'gone') session.file.marks.delete(hex);
      if (move.status === 'moved') entries.push({ hex, date, bytes: move.bytes || bytes, movedAt: at, links });
    }
    this.moved.push(...entries);
    addEntries(session, entries);
    return moves;
  }

  /** Records the sweep. If its processes cannot be read, it stays without a record: the next run makes one. */
  async record(): Promise<void> {
    const { session, id, moved } = this;
    if (moved.length === 0) return session.save();
    const stopped = await finish(undefined, async () => {
      const processes = await this.ports.processes();
      session.file.sweeps.set(id, { blobs: new Set(moved.map(keyOf)), ...proofOf(processes) });
      for (const entry of moved) entry.sweep = id;
    });
    await session.save();
    if (stopped !== undefined) throw stopped;
  }

  /**
   * Removes the blobs from earlier sweeps that have them with the same date, because there is a copy in the trash. A
   * run that is killed before it records this sweep must not leave them to one that is conclusive.
   */
  private async leaveFormerSweeps(batch: readonly JournalEntry[]): Promise<void> {
    const { session, date } = this;
    const keys = new Set(batch.map(({ hex }) => keyOf({ hex, date })));
    const isCopy = (entry: TrashEntry): boolean => entry.date === date && keys.has(keyOf(entry));
    const copies = session.entries.filter((entry) => entry.sweep !== undefined && isCopy(entry));
    if (copies.length === 0) return;
    for (const { blobs } of session.file.sweeps.values()) for (const copy of copies) blobs.delete(keyOf(copy));
    for (const copy of copies) copy.sweep = undefined;
    await session.save();
  }

  /** Writes the moves of a batch to the journal, durably, before they happen. */
  private async announce(batch: readonly JournalEntry[], at: number): Promise<void> {
    const { session, ports, id, date } = this;
    const entries = batch.map(({ links, ...entry }) => ({ ...entry, links: linksOf(entry.hex, links) }));
    const file: JournalFile = { version: 1, storage: session.file.storage, sweep: id, at, entries };
    const path = journalPath(date, file, ++this.files);
    const version = await ports.storage.trash().replaceFile(path, await formatJournal(file), undefined);
    if (version === undefined) throw new Error(`there is already a file regadm/${path} in the storage`);
  }
}
