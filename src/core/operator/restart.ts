import type { ClusterApi } from '../cluster/api.js';
import { isForbidden } from '../cluster/api-error.js';
import { patchObject } from '../cluster/change-object.js';
import type { Reporter } from '../kit/reporter.js';
import { ADVICE } from '../model/advice.js';
import { RegadmError, messageOf, withAdvice } from '../model/errors.js';
import { REGISTRY_NAMESPACE } from '../model/openshift.js';
import { readConfigIfAllowed } from './config.js';
import { deletePod } from './delete-pod.js';
import { assertImagesSurvive, rolloutLoss, rolloutRisk, type StorageStatement } from './ephemeral-storage.js';
import { DEPLOYMENT } from './objects.js';
import { listRegistryPods, type RegistryPod } from './pods.js';
import { rolloutOutage } from './restart-outage.js';
import { findDeployment, readDeployment, waitForRollout, type Deployment, type RolloutGoal } from './rollout.js';
import { counted } from '../model/values/counted.js';

/** The annotation that `kubectl rollout restart` sets on a Deployment's template. */
const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

interface RestartOptions {
  /** Written to the annotation. */
  now: Date;
  /** Timeout of the whole restart, in ms. */
  timeoutMs: number;
  /**
   * Empties the blob cache in Redis; resolves to the number of deleted keys. Called before the restart, which then does
   * not begin if Redis cannot be reached, and after the end of the last old pod: until then, the old processes write
   * into the cache.
   */
  emptyCache?: () => Promise<number>;
  /** Restarts a registry whose storage ends with its pods. */
  acceptDataLoss: boolean;
  reporter: Pick<Reporter, 'note' | 'progress' | 'warning'>;
  signal?: AbortSignal;
}

export interface RestartReport {
  dryRun: boolean;
  /** Names of the pods before the restart; none of them exists afterward, unless in a dry run. */
  previous: string[];
  /** Names of the pods after the restart, all ready; empty in a dry run. */
  pods: string[];
  /** Number of keys deleted from Redis. */
  redisKeys?: number;
  /** True if the restart deletes, or would delete, all images, because the storage ends with the pods. */
  deletesAllImages?: true;
}

/**
 * Finds the pods that a restart would replace, and changes nothing.
 * @throws RegadmError NO_REGISTRY_DEPLOYMENT, ApiError
 */
export async function planRestart(
  api: ClusterApi,
  { reporter }: Pick<RestartOptions, 'reporter'>,
): Promise<RestartReport> {
  const statement = { deployment: await readDeployment(api), ...(await readConfigIfAllowed(api)) };
  const risk = rolloutRisk(statement);
  if (risk) reporter.warning(`${risk}; ${ADVICE.restartRefused}`);
  const previous = namesOf(await listRegistryPods(api));
  return { dryRun: true, previous, pods: [], ...deletion(statement) };
}

/**
 * Replaces every pod of the registry, as `oc rollout restart` does, and waits until none of the old ones exists. If the
 * operator undoes the annotation during the roll-out, the remaining old pods are deleted one by one, each after the
 * previous one was replaced. When it returns, no old pod exists, and a cache in Redis was emptied since.
 * @throws RegadmError EPHEMERAL_STORAGE, REGISTRY_STORAGE_UNKNOWN (exit status 4), REDIS_FAILED (states whether the
 *   registry was restarted), NO_REGISTRY_DEPLOYMENT, NO_REGISTRY_PODS, ROLLOUT_TIMEOUT, ROLLOUT_STUCK, ApiError; the
 *   signal's reason when it aborts
 */
export async function restartRegistry(api: ClusterApi, options: RestartOptions): Promise<RestartReport> {
  const { signal, reporter } = options;
  const statement = await checkStorage(api, options);
  reporter.note(announcement(api, statement, options));
  const outage = statement.deployment && (await rolloutOutage(api, statement.deployment, signal));
  if (outage !== undefined) reporter.note(outage);
  const keysBefore = await options.emptyCache?.();
  signal?.throwIfAborted();
  await assertHasReplicas(api, signal);
  const previous = await listRegistryPods(api, signal);
  const deadline = performance.now() + options.timeoutMs;
  const generation = await annotate(api, options);
  const wait = (goal: RolloutGoal): Promise<RegistryPod[]> =>
    waitForRollout(api, { ...goal, timeoutMs: deadline - performance.now(), signal, reporter });
  const pods = await wait(annotatedRollout(options.now, generation, previous)).catch(async (error: unknown) => {
    if (!(error instanceof AnnotationRemoved)) throw error;
    reporter.note('the operator has undone the change of the deployment: deleting the remaining pods one by one');
    return replaceOneByOne(previous, wait, (pod) =>
      deletePod(api, pod, { timeoutMs: deadline - performance.now(), signal }),
    );
  });
  const keysAfter = await options.emptyCache?.().catch((error: unknown) => {
    throw error instanceof RegadmError ? withAdvice(error, [RESTARTED_WITH_CACHE]) : error;
  });
  const redisKeys = keysBefore === undefined ? undefined : keysBefore + (keysAfter ?? 0);
  return { dryRun: false, previous: namesOf(previous), pods: namesOf(pods), redisKeys, ...deletion(statement) };
}

/**
 * Reports an accepted loss of all images. A user who restarts the registry does not have to be allowed to read the
 * config: the Deployment has the volume.
 * @throws RegadmError EPHEMERAL_STORAGE, REGISTRY_STORAGE_UNKNOWN if it was not accepted
 */
async function checkStorage(api: ClusterApi, options: RestartOptions): Promise<StorageStatement> {
  const { acceptDataLoss, reporter, signal } = options;
  const deployment = await findDeployment(api, signal);
  const statement = { deployment, ...(await readConfigIfAllowed(api, signal)) };
  for (const loss of assertImagesSurvive(statement, acceptDataLoss)) reporter.warning(loss);
  return statement;
}

/** States what a restart is about to do, and where. */
function announcement(api: ClusterApi, { deployment }: StorageStatement, { emptyCache }: RestartOptions): string {
  const replicas = deployment?.spec?.replicas;
  const pods = replicas === undefined ? 'the registry pods' : `${counted(replicas, 'registry pod')}`;
  return `about to ${emptyCache ? "empty the registry's cache in Redis and " : ''}restart ${pods} of ${api.server}`;
}

function deletion(statement: StorageStatement): Pick<RestartReport, 'deletesAllImages'> {
  return rolloutLoss(statement) === undefined ? {} : { deletesAllImages: true };
}

const RESTARTED_WITH_CACHE = 'the registry was restarted, but its old pods can have written into the cache meanwhile';

/** The operator has removed the annotation. */
class AnnotationRemoved extends Error {}

async function assertHasReplicas(api: ClusterApi, signal?: AbortSignal): Promise<void> {
  const { spec } = await readDeployment(api, signal);
  if (spec?.replicas !== 0) return;
  throw new RegadmError(
    `deployment ${REGISTRY_NAMESPACE}/image-registry has no replicas: there is nothing to restart, and no cache`,
    { code: 'NO_REGISTRY_PODS' },
  );
}

/** Returns the generation of the Deployment with the annotation. */
async function annotate(api: ClusterApi, { now, signal }: RestartOptions): Promise<number> {
  const patch = { spec: { template: { metadata: { annotations: { [RESTARTED_AT]: now.toISOString() } } } } };
  const options = { step: 'cannot restart the registry', signal };
  try {
    const { object } = await patchObject<Deployment>(api, DEPLOYMENT, patch, options);
    return object.metadata.generation ?? 0;
  } catch (error) {
    throw isForbidden(error) ? restartForbidden(error) : error;
  }
}

function restartForbidden(error: unknown): RegadmError {
  return new RegadmError(messageOf(error), {
    code: 'FORBIDDEN',
    cause: error,
    suggestions: [
      'ask a user who can change deployments in openshift-image-registry to restart it',
      ...ADVICE.cacheOff,
    ],
  });
}

function annotatedRollout(now: Date, generation: number, previous: RegistryPod[]): RolloutGoal {
  return {
    isWanted(deployment) {
      const { metadata } = (deployment.spec?.template ?? {}) as { metadata?: { annotations?: Record<string, string> } };
      if (metadata?.annotations?.[RESTARTED_AT] === now.toISOString()) return true;
      if ((deployment.metadata.generation ?? 0) > generation) throw new AnnotationRemoved();
      return false;
    },
    isNew: isNoneOf(previous),
  };
}

async function replaceOneByOne(
  previous: RegistryPod[],
  wait: (goal: RolloutGoal) => Promise<RegistryPod[]>,
  remove: (pod: RegistryPod) => Promise<unknown>,
): Promise<RegistryPod[]> {
  for (const pod of previous) {
    await remove(pod);
    await wait({ isWanted: () => true, isNew: isNoneOf([pod]) });
  }
  return wait({ isWanted: () => true, isNew: isNoneOf(previous) });
}

function isNoneOf(pods: RegistryPod[]): (pod: RegistryPod) => boolean {
  const uids = new Set(pods.map(({ uid }) => uid));
  return ({ uid }) => !uids.has(uid);
}

const namesOf = (pods: RegistryPod[]): string[] => pods.map(({ name }) => name);
