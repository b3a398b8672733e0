import type { ClusterApi } from '../cluster/api.js';
import { readSnapshot, type ReadResult } from '../cluster/read-snapshot.js';
import { readRegistryState } from '../operator/state.js';
import type { PruneOptions } from '../graph/options.js';
import { collectUses } from '../graph/uses.js';
import type { Reporter } from '../kit/reporter.js';
import { messageOf } from '../model/errors.js';
import type { Freeable, RegistryStatusReport } from './report.js';
import type { RegistryState } from '../operator/state.js';
import { settingsGrid } from './settings-grid.js';
import { measureSpace } from './space.js';

export interface StatusRequest {
  revisions: number[];
  ages: { text: string; ms: number }[];
}

/** The settings that a status tries: the defaults of everything else. */
const OPTIONS: PruneOptions = {
  keepTagRevisions: 3,
  keepYoungerThanMs: 3_600_000,
  pruneOverSizeLimit: false,
  all: true,
  pruneRegistry: true,
  referrers: 'extended',
  ignoreInvalidRefs: true,
  pruneSignatures: false,
};

/**
 * Looks at the registry and at who uses its space; changes nothing. What may not be read is left out and named.
 * @throws RegadmError when nothing at all can be read
 */
export async function registryStatus(
  api: ClusterApi,
  request: StatusRequest,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<RegistryStatusReport> {
  reporter.phase('listing');
  const registry = await readRegistryState(api, signal);
  const read = await readWhatIsAllowed(api, registry, reporter, signal);
  const now = read?.now ?? Date.now();
  return {
    now,
    server: api.server,
    registry,
    space: read && measureSpace(read.snapshot, now),
    freeable: read?.complete ? freeable(read, request) : undefined,
    imageObjectBytes: read?.imageObjectBytes ?? 0,
  };
}

async function readWhatIsAllowed(
  api: ClusterApi,
  { unavailable }: RegistryState,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<(ReadResult & { complete: boolean }) | undefined> {
  const onPage = ({ count }: { count: number }): void => reporter.tick(count);
  try {
    return { ...(await readSnapshot(api, { signal, onPage })), complete: true };
  } catch (error) {
    if (!isAnswer(error)) throw error;
    unavailable.push({ what: 'what a prune would free', message: messageOf(error) });
  }
  try {
    return { ...(await readSnapshot(api, { signal, onPage, withoutReferrers: true })), complete: false };
  } catch (error) {
    // Seven parts of the registry and the images: if none of them can be read, that is an error.
    if (!isAnswer(error) || unavailable.length > 5) throw error;
    unavailable.push({ what: 'who uses the space', message: messageOf(error) });
    return undefined;
  }
}

/** The server has answered, but not with what was asked for. */
function isAnswer(error: unknown): boolean {
  return (error as { status?: number }).status !== undefined;
}

function freeable({ snapshot, now }: ReadResult, { revisions, ages }: StatusRequest): Freeable {
  const grid = settingsGrid(snapshot, OPTIONS, { revisions, ages: ages.map(({ ms }) => ms) }, now);
  const { invalid } = collectUses(snapshot.referrers, snapshot.digests, {
    scope: OPTIONS.referrers,
    podsYoungerThan: now - OPTIONS.keepYoungerThanMs,
    everyPod: false,
  });
  return { ...grid, ageTexts: ages.map(({ text }) => text), invalid };
}
