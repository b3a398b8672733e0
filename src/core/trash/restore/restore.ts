import type { TrashStoragePorts } from '../ports.js';
import { sha256Digest } from '../../model/digest.js';
import { failureOf, type Failure } from '../../model/document.js';
import type { Storage } from '../../storage/storage.js';
import type { LinkFile } from '../../storage/trash.js';
import type { SessionPorts } from '../../trash-store/ports.js';
import { FOR_UNDO } from '../../trash-store/marks.js';
import { readRemovedLinks } from '../../trash-store/removed-links.js';
import { readTrashState, type TrashState } from '../../trash-store/state.js';
import { withTrashSession, type TrashSession } from '../../trash-store/session.js';
import { readBlobAnywhere } from '../../trash-store/trash-and-place.js';
import { checkImages, formerRepositories } from '../contents/check-images.js';
import { readManifests } from '../contents/manifests.js';
import type { Manifests } from '../plan/image.js';
import { chooseDigests } from '../plan/choose-digests.js';
import {
  linkedManifests,
  manifestCandidates,
  newestEntries,
  planRestore,
  type Removed,
  type RestorePlan,
} from '../contents/plan-restore.js';
import { executeRestore } from './execute.js';
import type { TrashRestoreReport } from './report.js';
import { verifyRestored } from './verify.js';

/** The arguments of a restoration. */
export interface TrashRestoreRequest {
  /** Hexadecimal digits of digests, whole or shortened; empty: everything. */
  digests: string[];
}

/** What is restored, and what it is known from. */
interface Prepared {
  removed: Removed;
  manifests: Manifests;
  plan: RestorePlan;
  /** The records of removed links that are restored whole. */
  records: string[];
  warnings: string[];
}

/**
 * Finds what a restoration would do. Changes nothing. A mark file that cannot be used is a warning.
 * @throws RegadmError NOT_FOUND, AMBIGUOUS, and why the storage cannot be read
 */
export async function previewRestore(
  ports: TrashStoragePorts,
  request: TrashRestoreRequest,
): Promise<TrashRestoreReport> {
  const startedAt = new Date();
  const { storage, place, signal, reporter } = ports;
  reporter.phase('reading the trash');
  const state = await readTrashState({ storage, signal }, FOR_UNDO);
  const { plan, removed, manifests, warnings } = await prepare(ports, state, request);
  return {
    dryRun: true,
    startedAt,
    finishedAt: new Date(),
    storage: place,
    rows: plan.entries.map((entry) => ({ entry, status: 'would-restore' })),
    links: countLinks(plan, removed),
    unmarked: plan.marked.map((hex) => ({ ...unmarkedOf(hex, removed), status: 'would-unmark' })),
    images: await checkImages(plan.images, manifests, { storage, signal, removed }, 'anywhere'),
    warnings,
    failures: [],
  };
}

/**
 * Moves blobs from the trash back to their place, with the links that were recorded, and checks the images that they
 * belong to.
 * @throws RegadmError as `previewRestore`; TRASH_IN_USE (exit status 4)
 */
export async function restoreTrash(
  ports: TrashStoragePorts,
  request: TrashRestoreRequest,
): Promise<TrashRestoreReport> {
  const startedAt = new Date();
  const { storage, place, reporter, signal } = ports;
  const sessionPorts = { storage, reporter, signal, processes: () => Promise.resolve(undefined) };
  reporter.phase('reading the trash');
  const restored = await withTrashSession(sessionPorts, FOR_UNDO, async (session) => {
    const prepared = await prepare(ports, session, request);
    const { plan, removed, records } = prepared;
    const marked = plan.marked.map((hex) => unmarkedOf(hex, removed));
    const outcome = await executeRestore(session, sessionPorts, { plan, removed, marked });
    const forgotten = outcome.isComplete ? await forget(session, sessionPorts, records) : [];
    return { ...prepared, ...outcome, failures: [...outcome.failures, ...forgotten] };
  });
  const { rows, failures, plan, removed } = restored;
  const checked = await verifyRestored(ports, { rows, images: plan.images, removed });
  return {
    dryRun: false,
    startedAt,
    finishedAt: new Date(),
    storage: place,
    rows: checked.rows,
    links: restored.links,
    unmarked: restored.unmarked,
    images: checked.images,
    warnings: restored.warnings,
    failures: [...failures, ...checked.failures],
    ...checked.ending,
  };
}

/** Deletes the records of links that are all in their place again. Never throws: what was restored is reported. */
async function forget(
  session: TrashSession,
  { storage, signal }: SessionPorts,
  records: readonly string[],
): Promise<Failure[]> {
  if (records.length === 0) return [];
  try {
    await session.assertHeld();
    await storage.trash().deleteFiles(records);
    return [];
  } catch (error) {
    return signal.aborted ? [] : [failureOf('deleting the records of restored links', error)];
  }
}

async function prepare(
  { storage, reporter, signal }: TrashStoragePorts,
  state: TrashState,
  { digests }: TrashRestoreRequest,
): Promise<Prepared> {
  const entries = newestEntries(state.entries);
  const { links, files, warnings } = await readRemovedLinks(storage.trash(), signal);
  const removed = { entries, marks: state.file.marks, links: await withBlobs(links, entries, storage, signal) };
  const known = new Set([...entries.keys(), ...removed.marks.keys(), ...removed.links.keys()]);
  const chosen = digests.length > 0 ? chooseDigests(digests, known) : undefined;
  const candidates = chosen ? manifestCandidates(chosen, removed) : linkedManifests(removed);
  reporter.phase('reading manifests', candidates.length);
  const reader = readBlobAnywhere(storage, state.entries);
  const manifests = await readManifests({ storage, reader, signal }, candidates, removed);
  return {
    removed,
    manifests,
    plan: planRestore(removed, chosen, manifests),
    records: chosen ? [] : files.map(({ path }) => path),
    warnings: [...state.warnings, ...warnings],
  };
}

/** Returns the links to blobs that exist, or can be restored. */
async function withBlobs(
  links: ReadonlyMap<string, LinkFile[]>,
  entries: Removed['entries'],
  storage: Pick<Storage, 'findBlobs'>,
  signal: AbortSignal,
): Promise<Removed['links']> {
  const others = [...links.keys()].filter((hex) => !entries.has(hex));
  const found = await storage.findBlobs(others.map(sha256Digest), signal);
  const missing = new Set(others.filter((_, at) => found[at] === undefined));
  return new Map([...links].filter(([hex]) => !missing.has(hex)));
}

function countLinks({ entries, marked, links }: RestorePlan, { marks }: Removed): number {
  const recorded = entries.reduce((sum, entry) => sum + entry.links.length, 0);
  return recorded + links.length + marked.reduce((sum, hex) => sum + (marks.get(hex)?.links.length ?? 0), 0);
}

function unmarkedOf(hex: string, { marks }: Removed): { hex: string; bytes: number; repositories: string[] } {
  const { bytes, links } = marks.get(hex)!;
  return { hex, bytes, repositories: formerRepositories(links) };
}
