import { isDeepStrictEqual } from 'node:util';
import { isForbidden } from '../cluster/api-error.js';
import type { ClusterApi } from '../cluster/api.js';
import type { Reporter } from '../kit/reporter.js';
import { withFailedContainers } from './failed-container.js';
import { changeImagePruner, readImagePruner, type ImagePruner } from './image-pruner.js';
import { listRuns, readPruneCronJobs, toCronJobStatus } from './jobs.js';
import type { PrunerPatch } from './pruner-spec.js';
import { effectiveSpec, type Run, type ScheduleDocument } from './report.js';
import { checkPatched } from './settings.js';

/**
 * Reads the settings of the cluster's own pruning, its CronJobs and the last runs. Omits runs that the user cannot
 * read, with a warning.
 * @throws RegadmError NO_IMAGE_PRUNER, ApiError
 */
export async function readSchedule(api: ClusterApi, reporter: Pick<Reporter, 'warning'>): Promise<ScheduleDocument> {
  return toDocument(await readImagePruner(api), await readRuns(api, reporter));
}

/**
 * Returns the result of a change of settings without applying it.
 * @throws RegadmError USAGE if the settings contradict each other, NO_IMAGE_PRUNER, ApiError
 */
export async function previewSchedule(
  api: ClusterApi,
  patch: PrunerPatch,
  reporter: Reporter,
): Promise<ScheduleDocument> {
  const pruner = await readImagePruner(api);
  const spec = checkPatched(pruner.spec ?? {}, patch);
  const changed = changedSettings(pruner, patch);
  return { ...toDocument({ ...pruner, spec }, await readRuns(api, reporter)), changed };
}

/**
 * Changes settings, all of them or none.
 * @throws RegadmError USAGE if the settings contradict each other, NO_IMAGE_PRUNER, ApiError
 */
export async function changeSchedule(
  api: ClusterApi,
  patch: PrunerPatch,
  reporter: Reporter,
): Promise<ScheduleDocument> {
  let changed: string[] = [];
  const pruner = await changeImagePruner(api, (current) => {
    const names = changedSettings(current, patch);
    if (names.length === 0) return undefined;
    if (changed.length === 0)
      reporter.note(`about to change ${names.join(', ')} in ImagePruner "cluster" of ${api.server}`);
    changed = names;
    return patch;
  });
  return { ...toDocument(pruner, await readRuns(api, reporter)), changed };
}

/** Returns the names of the settings that a patch would change. @throws RegadmError USAGE */
function changedSettings({ spec = {} }: ImagePruner, patch: PrunerPatch): string[] {
  const patched = checkPatched(spec, patch);
  return Object.keys(patch).filter((key) => !isDeepStrictEqual(spec[key], patched[key]));
}

type Runs = Pick<ScheduleDocument, 'cronJobs' | 'runs'>;

async function readRuns(api: ClusterApi, reporter: Pick<Reporter, 'warning'>): Promise<Runs> {
  try {
    const cronJobs = (await readPruneCronJobs(api)).map(toCronJobStatus);
    const names = cronJobs.map(({ name }) => name);
    const runs = await listRuns(api, names);
    return { cronJobs, runs: await explained(api, runs, reporter) };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    reporter.warning(`cannot read the last runs: ${(error as Error).message}`);
    return { cronJobs: [], runs: [] };
  }
}

async function explained(api: ClusterApi, runs: Run[], reporter: Pick<Reporter, 'warning'>): Promise<Run[]> {
  try {
    return await withFailedContainers(api, runs);
  } catch (error) {
    if (!isForbidden(error)) throw error;
    reporter.warning(`cannot read why runs failed: ${(error as Error).message}`);
    return runs;
  }
}

function toDocument({ metadata, spec = {}, status }: ImagePruner, runs: Runs): ScheduleDocument {
  return {
    apiVersion: 'regadm/v1',
    kind: 'PruneSchedule',
    name: metadata.name,
    spec,
    effective: effectiveSpec(spec),
    conditions: status?.conditions ?? [],
    ...runs,
  };
}
