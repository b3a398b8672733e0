import { describeHolder } from '../../kit/holder.js';
import { sha256Digest } from '../../model/digest.js';
import type { Storage } from '../../storage/storage.js';
import { completeBatches, dropMissingMarks } from '../../trash-store/batches.js';
import { lookFrom, type Look } from '../../trash-store/look.js';
import type { TrashPorts } from '../../trash-store/ports.js';
import { choosePurgeable } from '../../trash-store/purge.js';
import { previewRecheck } from '../../trash-store/recheck.js';
import { readTrashState, type TrashState } from '../../trash-store/state.js';
import { readBlobAnywhere } from '../../trash-store/trash-and-place.js';
import { walkLinks } from '../../trash-store/walk.js';
import { reportWarnings } from '../findings.js';
import type { HardPrunePorts } from '../ports.js';
import { assertPassed, runChecks } from '../preflight.js';
import type { HardPruneReport } from '../report.js';
import type { OnlineRequest } from '../request.js';
import { cacheWarning, onlinePreviewChecks, onlineWarnings } from './checks.js';
import { firstLook, type FirstLook } from './gather/first-look.js';
import { overLimits } from './plan/limits.js';
import { planOnline, type OnlinePlan } from './plan/plan.js';
import { contentsOf, waitingOf } from './plan/waiting.js';
import { OnlineRegistry } from './registry.js';
import type { OnlineReport } from './types.js';

/** Finds what a run would do, without the lease. Writes nothing. */
export async function previewOnline(
  ports: HardPrunePorts,
  request: OnlineRequest,
  storage: Storage,
): Promise<Pick<HardPruneReport, 'plan' | 'online' | 'refusal' | 'failures'>> {
  const { api, reporter, signal } = ports;
  const { graceMs, discardMarks } = request.guard;
  for (const warning of await onlineWarnings(ports, request)) reporter.warning(warning);
  assertPassed(await runChecks(onlinePreviewChecks(ports, request), reporter));
  const registry = new OnlineRegistry(ports, request);
  const trashPorts = { storage, api, reporter, signal, processes: registry.processes };
  const state = await readTrashState(trashPorts, { discardMarks });
  registry.storageNow = () => state.now();
  for (const warning of warningsOf(state)) reporter.warning(warning);
  const processes = await registry.processes();
  const cache = cacheWarning(ports, processes);
  if (cache !== undefined) reporter.warning(cache);
  completeBatches(state.file, registry.proof(processes, false), state.now());
  const found = await firstLook(trashPorts, state, request);
  const waiting = waitingOf(state.file, graceMs);
  dropMissingMarks(state.file, (hex) => found.present.has(hex));
  const plan = planOnline(found, { ...state, graceMs, now: state.now() });
  reportWarnings({ plan: found.plan, warnings: found.warnings }, reporter);
  const links = await linksOf(trashPorts, state, { found, plan });
  const online = { ...describe(state, request, { found, plan, links }), waiting };
  const refusal = overLimits(plan, request.maxDelete, online.purged);
  return { plan: plan.removal, online, refusal, failures: [] };
}

function warningsOf({ warnings, holder }: TrashState): string[] {
  if (!holder) return [...warnings];
  return [
    ...warnings,
    `another run changes the trash now, and --confirm is refused until it ends: ${describeHolder(holder)}`,
  ];
}

/** Looks up the links to the blobs that would be marked. */
async function linksOf(
  ports: TrashPorts,
  state: TrashState,
  { found, plan }: { found: FirstLook; plan: OnlinePlan },
): Promise<Look | undefined> {
  if (plan.candidates.length === 0) return undefined;
  const wanted = plan.candidates.map(({ hex }) => hex);
  const reading = { manifests: readBlobAnywhere(ports.storage, state.entries), signal: ports.signal };
  return lookFrom(reading, await walkLinks(ports, state, wanted), found.gathered.usage);
}

function describe(
  state: TrashState,
  { guard }: OnlineRequest,
  { found, plan, links }: { found: FirstLook; plan: OnlinePlan; links: Look | undefined },
): Omit<OnlineReport, 'waiting'> {
  const { look } = found;
  const recheck = look && previewRecheck(state, look, found.gathered.snapshot.blobs);
  const { purgeable } = choosePurgeable(state, { keepMs: guard.trashKeepMs, ...recheck });
  return {
    marked: plan.candidates
      .filter(({ hex }) => !links?.isInUse(hex))
      .map(({ hex, bytes }) => ({
        ...{ digest: sha256Digest(hex), bytes, links: links?.linksTo(hex).length ?? 0, status: 'would-mark' as const },
      })),
    unmarked: plan.unmarks.map(({ hex, mark, reason }) => ({
      ...{ digest: sha256Digest(hex), bytes: mark.bytes, reason, status: 'would-unmark' as const },
    })),
    restored: (recheck?.movedBack ?? []).map(({ entry: { hex, bytes, date }, reason }) => ({
      ...{ digest: sha256Digest(hex), bytes, date, reason, status: 'would-restore' as const },
    })),
    purged: purgeable.map(({ hex, bytes, date }) => ({
      ...{ digest: sha256Digest(hex), bytes, date, status: 'would-purge' as const },
    })),
    trash: contentsOf(state.entries, guard.trashKeepMs),
  };
}
