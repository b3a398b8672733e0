import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { isDeepStrictEqual } from 'node:util';
import { RegadmError } from '../model/errors.js';
import { OWN_CRON_JOB } from '../model/openshift.js';
import { OPERATOR_CRON_JOB } from './cron-job.js';
import type { PrunerPatch } from './pruner-spec.js';
import { effectiveSpec, type ScheduleDocument } from './report.js';
import { checkPatched } from './settings.js';
import type { ClusterApi, KubeObject } from '../cluster/api.js';
import {
  changeImagePruner,
  isForbidden,
  listRuns,
  readCronJob,
  readImagePruner,
  readPruneCronJobs,
  toCronJobStatus,
  type ImagePruner,
} from './image-pruner.js';

type Warn = (text: string) => void;

/**
 * How the cluster prunes by itself, and how that went. Runs that may not be read are left out with a warning.
 * @throws RegadmError NO_IMAGE_PRUNER, ApiError
 */
export async function readSchedule(api: ClusterApi, warn: Warn): Promise<ScheduleDocument> {
  return reportOf(await readImagePruner(api), await readRuns(api, warn));
}

/**
 * Changes settings, all at once or none.
 * @param dryRun true: the report shows what would be, nothing is sent
 * @throws RegadmError (USAGE) when the settings would not go together, NO_IMAGE_PRUNER, ApiError
 */
export async function changeSchedule(
  api: ClusterApi,
  patch: PrunerPatch,
  dryRun: boolean,
  warn: Warn,
): Promise<ScheduleDocument> {
  let changed: string[] = [];
  const change = (pruner: ImagePruner): object | undefined => {
    const before = pruner.spec ?? {};
    const after = checkPatched(before, patch);
    const now = Object.keys(patch).filter((key) => !isDeepStrictEqual(before[key], after[key]));
    if (now.length > 0) changed = now;
    if (now.length === 0 || !dryRun) return now.length > 0 ? patch : undefined;
    pruner.spec = after;
    return undefined;
  };
  const { pruner } = await changeImagePruner(api, change);
  return { ...reportOf(pruner, await readRuns(api, warn)), changed };
}

/**
 * The CronJob that `--run-now` starts from: the named one, else regadm's own, else the operator's.
 * @throws RegadmError NO_CRON_JOB, ApiError
 */
export async function cronJobToRun(api: ClusterApi, name: string | undefined): Promise<KubeObject> {
  const names = name === undefined ? [OWN_CRON_JOB, OPERATOR_CRON_JOB] : [name];
  for (const each of names) {
    const cronJob = await readCronJob(api, each);
    if (cronJob) return cronJob;
  }
  throw new RegadmError(`no CronJob ${names.join(' or ')} in ${REGISTRY_NAMESPACE}`, {
    code: 'NO_CRON_JOB',
    suggestions: ['make one: regadm prune schedule --cronjob --image IMAGE | oc create -f -'],
  });
}

type Runs = Pick<ScheduleDocument, 'cronJobs' | 'runs'>;

async function readRuns(api: ClusterApi, warn: Warn): Promise<Runs> {
  try {
    const cronJobs = (await readPruneCronJobs(api)).map(toCronJobStatus);
    return {
      cronJobs,
      runs: await listRuns(
        api,
        cronJobs.map(({ name }) => name),
      ),
    };
  } catch (error) {
    if (!isForbidden(error)) throw error;
    warn(`the last runs cannot be read: ${(error as Error).message}`);
    return { cronJobs: [], runs: [] };
  }
}

function reportOf({ metadata, spec = {}, status }: ImagePruner, runs: Runs): ScheduleDocument {
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
