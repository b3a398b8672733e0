import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterApi } from '../../cluster/api.js';
import { ADVICE } from '../../model/advice.js';
import { RegadmError, messageOf } from '../../model/errors.js';
import { REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { deletePod, type PodIdentity } from '../delete-pod.js';
import { findRunningPod, type RegistryPod } from '../pods.js';
import { terminatePruners } from './process.js';

/** The container in which a pruner was started. */
interface PrunerLocation extends PodIdentity {
  containerId?: string;
}

/** Attempts to terminate a pruner before its pod is deleted, and the pause between them in ms. */
const ATTEMPTS = 20;
const PAUSE_MS = 500;
/** Attempts that can fail because a command cannot be run in the pod. */
const FAILED_ATTEMPTS = 5;
/** Timeout of the deletion of the pod, in ms. */
const DELETE_TIMEOUT_MS = 120_000;

/**
 * Stops a pruner that was started in a pod. Returns once it has certainly ended: the process or the pod no longer
 * exists, or the container was restarted. As a last resort, the pod is deleted.
 * @throws RegadmError PRUNER_STILL_RUNNING
 */
export async function stopPruner(
  api: ClusterApi,
  location: PrunerLocation,
  onProgress: (text: string) => void,
): Promise<void> {
  let reason = 'it does not end';
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    try {
      const pod = await findPod(api, location);
      const pids = pod ? await terminatePruners(api, pod) : [];
      if (pids.length === 0) return;
      onProgress(`waiting until the registry's pruner in pod ${location.name} has ended (process ${pids.join(', ')})`);
    } catch (error) {
      reason = messageOf(error);
      if (attempt >= FAILED_ATTEMPTS) break;
    }
    await sleep(PAUSE_MS);
  }
  onProgress(`deleting pod ${location.name}, in which the registry's pruner still runs`);
  const deleted = await deletePod(api, location, { timeoutMs: DELETE_TIMEOUT_MS }).catch((error: unknown) => {
    throw stillRunning(location, `${reason}; ${messageOf(error)}`);
  });
  if (!deleted) throw stillRunning(location, reason);
}

/** Finds the pod if it still runs the same container; undefined if the pod or the container no longer exists. */
async function findPod(api: ClusterApi, location: PrunerLocation): Promise<RegistryPod | undefined> {
  const { containerId } = location;
  const pod = await findRunningPod(api, location);
  const restarted = containerId && pod?.containerId && pod.containerId !== containerId;
  return restarted ? undefined : pod;
}

function stillRunning({ name }: PrunerLocation, reason: string): RegadmError {
  return new RegadmError(`the registry's pruner can still be running in pod ${REGISTRY_NAMESPACE}/${name}: ${reason}`, {
    code: 'PRUNER_STILL_RUNNING',
    suggestions: [ADVICE.recoverAfterPruner],
  });
}
