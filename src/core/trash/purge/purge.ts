import type { ClusterApi } from '../../cluster/api.js';
import { recordWarnings, type Reporter } from '../../kit/reporter.js';
import type { RegadmError } from '../../model/errors.js';
import type { MaxDelete } from '../../model/values/max-delete.js';
import { assertPermissions, READ_IMAGES } from '../../operator/permissions.js';
import type { OpenedStorage } from '../../operator/registry-storage/open.js';
import { finish } from '../../trash-store/batch-run.js';
import { lookAtUses, type Look } from '../../trash-store/look.js';
import { keyOf, type RegistryProcesses, type TrashEntry } from '../../trash-store/model.js';
import { AS_RECORDED } from '../../trash-store/marks.js';
import type { TrashPorts } from '../../trash-store/ports.js';
import { afterRecheck } from '../../trash-store/conclusive.js';
import { choosePurgeable, purge, type PurgeChoice, type Purged } from '../../trash-store/purge.js';
import { previewRecheck, recheck } from '../../trash-store/recheck.js';
import { forgetRemovedLinks, restoreNeededLinks } from '../../trash-store/removed-links.js';
import { deleteUnneededJournals } from '../../trash-store/unneeded-journals.js';
import { withTrashSession, type TrashSession } from '../../trash-store/session.js';
import { readTrashState, type TrashState } from '../../trash-store/state.js';
import { interruption } from '../ending.js';
import { compareRows } from '../output/row.js';
import { overPurgeLimit } from './limit.js';
import { assertOwnTrash } from './own-trash.js';
import { readProcesses } from './processes.js';
import type { TrashPurgeReport } from './report.js';
import { failuresOf, keptRows, rowsOf, type PurgeRow } from './rows.js';

/** What purging needs. */
interface PurgePorts extends OpenedStorage {
  api: ClusterApi;
  reporter: Reporter;
  signal: AbortSignal;
}

/** The arguments of `trash purge`. */
export interface TrashPurgeRequest {
  olderThanMs: number;
  /** --older-than, as the user wrote it. */
  olderThan: string;
  /** --max-delete */
  maxDelete?: MaxDelete;
  /** True to continue if the storage does not look like the cluster's. */
  acceptPartial: boolean;
}

/**
 * Finds what could be deleted from the trash, and what is in use and would move back. Changes nothing.
 * @throws RegadmError MARKS_UNREADABLE, MARKS_OF_ANOTHER_STORAGE, OTHER_STORAGE (exit status 4), and why something
 *   cannot be read
 */
export function previewPurge(given: PurgePorts, request: TrashPurgeRequest): Promise<TrashPurgeReport> {
  return reported(given, request, async (ports) => {
    const state = await readTrashState(ports, AS_RECORDED);
    const { look, stored } = await lookAtTrash(ports, state, request);
    const { found, purgeable, kept } = foresee(ports, { state, look, stored }, request);
    const rows: PurgeRow[] = [
      ...found.movedBack.map(({ entry, reason }) => ({ entry, status: 'would-restore' as const, reason })),
      ...purgeable.map((entry) => ({ entry, status: 'would-delete' as const })),
      ...keptRows(kept.filter(({ entry }) => !found.needed.has(keyOf(entry)))),
    ];
    const refusal = overPurgeLimit(purgeable, stored.length + state.entries.length, request.maxDelete);
    const warnings = [...state.warnings, ...look.warnings];
    return { dryRun: true, rows, warnings, failures: [], ...(refusal ? { refusal } : {}) };
  });
}

/**
 * Deletes from the trash what is older than a time and has passed a conclusive recheck, directly after a recheck of its
 * own, which moves back what is in use.
 * @throws RegadmError as `previewPurge`; TRASH_IN_USE, MAX_DELETE (exit status 4)
 */
export function purgeTrash(given: PurgePorts, request: TrashPurgeRequest): Promise<TrashPurgeReport> {
  return reported(given, request, (ports) =>
    withTrashSession(ports, AS_RECORDED, async (session) => {
      const before = session.now();
      const { look, stored } = await lookAtTrash(ports, session, request);
      const totalBlobs = stored.length + session.entries.length;
      const excessOf = (blobs: readonly TrashEntry[]): RegadmError | undefined =>
        overPurgeLimit(blobs, totalBlobs, request.maxDelete);
      const refusal = excessOf(foresee(ports, { state: session, look, stored }, request).purgeable);
      if (refusal) throw refusal;
      const links = await restoreNeededLinks(session, ports, look.usage);
      const found = await recheck(session, ports, look);
      const { purgeable, kept } = choosePurgeable(session, { keepMs: request.olderThanMs, ...found });
      ports.reporter.phase('deleting from the trash', purgeable.length);
      const { deletions, stopped } = await deleteUnlessStopped(found.stopped ?? excessOf(purgeable), () =>
        purge(session, ports, purgeable),
      );
      const mayForget = links.failures.length === 0;
      const end = mayForget ? await forget(session, ports, { stopped, keepMs: request.olderThanMs, before }) : stopped;
      const rows = rowsOf(found.movedBack, { entries: purgeable, deletions }, kept);
      return {
        dryRun: false,
        rows,
        warnings: [...session.warnings, ...look.warnings, ...links.warnings],
        failures: [...links.failures, ...failuresOf(rows, ports.signal.aborted ? undefined : end)],
        ...interruption(ports.signal),
      };
    }),
  );
}

/** Deletes only directly after a whole recheck. What was rechecked is reported, even if nothing can be deleted. */
async function deleteUnlessStopped(stopped: unknown, work: () => Promise<Purged>): Promise<Purged> {
  if (stopped !== undefined) return { deletions: [], stopped };
  return work().catch((error: unknown) => ({ deletions: [], stopped: error }));
}

/**
 * Deletes old records of removed links, and journals that nothing needs, at the end of a whole run.
 * @returns why it stopped before the end
 */
async function forget(
  session: TrashSession,
  ports: TrashPorts,
  { stopped, ...ages }: { stopped: unknown; keepMs: number; before: number },
): Promise<unknown> {
  if (stopped !== undefined || ports.signal.aborted) return stopped;
  return finish(undefined, async () => {
    await forgetRemovedLinks(session, ports, ages);
    await deleteUnneededJournals(session, ports);
  });
}

interface LookAtTrash {
  look: Look;
  /** The blobs in their place, as hex. */
  stored: readonly string[];
}

interface Foreseen extends PurgeChoice {
  found: ReturnType<typeof previewRecheck>;
}

/** Finds what a run would do that finds what this look has found. */
function foresee(
  { storage }: TrashPorts,
  { state, look, stored }: LookAtTrash & { state: TrashState },
  { olderThanMs }: TrashPurgeRequest,
): Foreseen {
  const found = previewRecheck(state, look, stored);
  const rechecked = afterLook(state, look, storage.trash().listsLate);
  return { found, ...choosePurgeable(rechecked, { keepMs: olderThanMs, ...found }) };
}

/** Returns the state as a recheck would leave it that finds what this look has found. */
function afterLook(state: TrashState, look: Look, listsLate: boolean): TrashState {
  const { sweeps } = state.file;
  const rechecked = [...sweeps].map(([id, sweep]) => [id, afterRecheck(sweep, look, listsLate)] as const);
  return { ...state, file: { ...state.file, sweeps: new Map(rechecked) } };
}

type Found = Pick<TrashPurgeReport, 'dryRun' | 'rows' | 'warnings' | 'failures' | 'interrupted' | 'refusal'>;

async function reported(
  given: PurgePorts,
  { olderThan }: TrashPurgeRequest,
  work: (ports: TrashPorts) => Promise<Found>,
): Promise<TrashPurgeReport> {
  const startedAt = new Date();
  const { api, storage, place, signal } = given;
  const reporter = recordWarnings(given.reporter);
  await assertPermissions(api, READ_IMAGES);
  const processes = (): Promise<RegistryProcesses | undefined> => readProcesses(api, reporter, signal);
  reporter.phase('reading the trash');
  const { rows, warnings, ...found } = await work({ api, storage, reporter, signal, processes });
  for (const warning of warnings) reporter.warning(warning);
  return {
    startedAt,
    finishedAt: new Date(),
    storage: place,
    olderThan,
    rows: rows.sort(compareRows),
    warnings: [...reporter.warnings],
    ...found,
  };
}

/** Looks at what uses the blobs in the trash, and refuses a storage that is not the cluster's. */
async function lookAtTrash(ports: TrashPorts, state: TrashState, request: TrashPurgeRequest): Promise<LookAtTrash> {
  const { storage, reporter, signal } = ports;
  reporter.progress("listing the registry's storage");
  reporter.phase("listing entries of the registry's storage");
  const snapshot = await storage.list({ signal, onListed: (entries) => reporter.tick(entries) });
  const look = await lookAtUses(ports, state, []);
  const found = { snapshot, entries: state.entries, usage: look.usage };
  const warnings = await assertOwnTrash(ports, found, request.acceptPartial);
  for (const warning of warnings) reporter.warning(warning);
  return { look, stored: snapshot.blobs };
}
