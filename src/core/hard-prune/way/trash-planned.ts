import { sha256Hex, type Digest } from '../../model/digest.js';
import { failureOf } from '../../model/document.js';
import { messageOf } from '../../model/errors.js';
import type { HardPrunePlan } from '../../orphans/plan/types.js';
import type { Deletion, DeletionRun, Link } from '../../storage/storage.js';
import type { LinkFile, Move } from '../../storage/trash.js';
import { startBatch } from '../../trash-store/batches.js';
import { moveToTrash } from '../../trash-store/move.js';
import type { SessionPorts } from '../../trash-store/ports.js';
import { recordRemovedLinks } from '../../trash-store/removed-links.js';
import { withTrashSession, type TrashSession } from '../../trash-store/session.js';
import type { Deletions } from '../report.js';
import { removedBy } from '../plan/removed-links.js';
import { deletePlanned, type PrunableStorage } from './delete-planned.js';
import type { YoungLinks } from './young-links.js';

/**
 * Deletes what a plan names as `deletePlanned` does, but moves its blobs to the trash, without any link to them: what
 * is linked would go back at the next recheck. The blobs are marked first, with all their links, so that a run that is
 * killed in between has recorded what it removes.
 * @throws RegadmError TRASH_IN_USE, MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE if nothing was changed
 */
export function trashPlanned(
  ports: SessionPorts,
  plan: HardPrunePlan,
  run: DeletionRun,
  knownLinks?: YoungLinks,
): Promise<Deletions> {
  return withTrashSession(ports, { discardMarks: false }, async (session) => {
    const removed = new TrashRemoval(session, ports);
    await removed.record(plan);
    const mayContinue = async (): Promise<void> => {
      await run.mayContinue();
      await session.assertHeld();
    };
    const deletions = await deletePlanned(removed.storage, plan, { ...run, mayContinue }, knownLinks);
    const { stopped } = removed;
    if (stopped === undefined || ports.signal.aborted) return deletions;
    return { ...deletions, failures: [...deletions.failures, failureOf('moving blobs to the trash', stopped)] };
  });
}

/** Replaces the deletion of blobs. */
class TrashRemoval {
  /** Why the moves stopped before the end. */
  stopped: unknown;
  private readonly links = new Map<string, LinkFile[]>();
  private readonly bytes = new Map<string, number>();
  /** Layer links that were removed with their blobs. */
  private readonly unlinked = new Set<string>();

  constructor(
    private readonly session: TrashSession,
    private readonly ports: SessionPorts,
  ) {}

  /** Reads the links that a plan removes, and records them: those to its blobs with marks. */
  async record(plan: HardPrunePlan): Promise<void> {
    const { session, links, ports } = this;
    for (const { digest, bytes = 0 } of plan.blobs) {
      this.bytes.set(hexOf(digest), bytes);
      links.set(hexOf(digest), []);
    }
    const others = new Map<string, LinkFile[]>();
    const isRemoved = removedBy(plan);
    const onLink = (link: LinkFile): void => {
      const hex = hexOf(link.digest);
      const ofBlob = links.get(hex);
      if (ofBlob) ofBlob.push({ ...link });
      else if (isRemoved(link)) others.set(hex, [...(others.get(hex) ?? []), { ...link }]);
    };
    await ports.storage.trash().walkLinks({ onLink, signal: ports.signal });
    await recordRemovedLinks(
      session,
      ports,
      [...others].map(([hex, removed]) => ({ hex, bytes: 0, links: removed })),
    );
    const { file } = session;
    const batch = startBatch(file);
    for (const [hex, found] of links) {
      const all = union(file.marks.get(hex)?.links, found);
      links.set(hex, all);
      file.marks.set(hex, { bytes: this.bytes.get(hex)!, batch, links: all });
    }
    if (links.size > 0) await session.save();
  }

  /** The storage, whose blobs are moved instead of deleted. */
  get storage(): PrunableStorage {
    const { storage } = this.ports;
    return {
      deleteManifestLinks: (links, run) => storage.deleteManifestLinks(links, run),
      deleteRepositories: (names, run) => storage.deleteRepositories(names, run),
      deleteUploads: (uploads, run) => storage.deleteUploads(uploads, run),
      findLinkedSince: (digests, since) => storage.findLinkedSince(digests, since),
      readBlob: (digest, limitBytes) => storage.readBlob(digest, limitBytes),
      deleteBlobs: (digests, run) => this.moveBlobs(digests, run),
      deleteLayerLinks: async (links, run) => {
        const deletions = await storage.deleteLayerLinks(links, run);
        return deletions.map((deletion, at) => this.asDeleted(links[at]!, deletion));
      },
    };
  }

  /** Removes the links to blobs, then moves those of which no link is left. */
  private async moveBlobs(digests: readonly Digest[], run: DeletionRun): Promise<Deletion[]> {
    const { session, ports, links } = this;
    const all = digests.flatMap((digest) => links.get(hexOf(digest)) ?? []);
    const results = await ports.storage.trash().deleteLinks(all, { ...run, onProgress: undefined });
    const left = new Map<string, Deletion>();
    for (const [at, result] of results.entries()) {
      const { repository, kind, path, digest } = all[at]!;
      if (result.status === 'failed' || result.status === 'skipped') left.set(hexOf(digest), result);
      else if (kind === 'layer') this.unlinked.add(`${repository}@${path}`);
    }
    const free = digests.map(hexOf).filter((hex) => !left.has(hex));
    const entries = free.map((hex) => ({ hex, bytes: this.bytes.get(hex) ?? 0, links: links.get(hex) ?? [] }));
    // Links were removed before: what stops the first move is reported with them.
    const { moves, stopped } = await moveToTrash(session, ports, entries).catch((error: unknown) => ({
      moves: entries.map((): Move => ({ status: 'skipped', reason: messageOf(error) })),
      stopped: error,
    }));
    this.stopped = stopped;
    const moved = moves.values();
    return digests.map((digest) => left.get(hexOf(digest)) ?? toDeletion(moved.next().value as Move));
  }

  private asDeleted({ repository, digest }: Link, deletion: Deletion): Deletion {
    const isDone = deletion.status === 'gone' && this.unlinked.has(`${repository}@${digest}`);
    return isDone ? { status: 'deleted' } : deletion;
  }
}

const toDeletion = (move: Move): Deletion => (move.status === 'moved' ? { status: 'deleted' } : move);

const hexOf = (digest: Digest): string => sha256Hex(digest) ?? '';

/** Joins the links that a killed run has recorded with those that are left. */
function union(recorded: readonly LinkFile[] = [], found: readonly LinkFile[]): LinkFile[] {
  const keyOf = ({ repository, kind, path }: LinkFile): string => `${kind} ${repository} ${path}`;
  return [...new Map([...recorded, ...found].map((link) => [keyOf(link), link])).values()];
}
