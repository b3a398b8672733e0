import { inRegistryNamespace } from '../in-cluster/labels.js';
import { networkPolicy } from '../in-cluster/network-policy.js';
import { cronJobOf, jobSpec } from '../in-cluster/runs.js';
import type { KubeObject } from '../model/kube.js';
import { authorities, SERVICE_CA, type Authorities } from '../storage-job/authorities.js';
import type { Place } from '../storage-job/place.js';
import { storageJobPod } from '../storage-job/pod.js';
import { hardPruneAccess } from './access.js';
import { APP, type HardPruneJobRequest } from './request.js';

/** Time to end the current deletions and to restore the mode after SIGTERM, besides that of the roll-out, in s. */
const ENDING_SECONDS = 300;

/** Returns the objects that run a hard prune in the cluster, in an order in which they can be created. */
export function hardPruneJobObjects(request: HardPruneJobRequest, place: Place): KubeObject[] {
  const { runs, activeDeadlineSeconds } = request;
  const trust = authorities(request, place.access.via === 'store' || request.usesRedis);
  const pod = jobPod(request, place, trust);
  const job = runs
    ? cronJobOf(APP, { ...runs, activeDeadlineSeconds }, pod)
    : {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: inRegistryNamespace(APP),
        spec: jobSpec(APP, activeDeadlineSeconds, pod),
      };
  return [...hardPruneAccess(request, place), ...trust.objects, networkPolicy(APP), job] as KubeObject[];
}

function jobPod(request: HardPruneJobRequest, place: Place, trust: Authorities): ReturnType<typeof storageJobPod> {
  const { args, pruneImages, rolloutSeconds, online } = request;
  return storageJobPod(request, place, trust, {
    args: (storage) => ['prune', 'hard', `--storage=${storage}`, ...args, ...trust.args, '--confirm'],
    env: pruneImages ? [{ name: 'REGADM_CERTIFICATE_AUTHORITY', value: SERVICE_CA }] : [],
    // An online run has no mode to restore.
    terminationGracePeriodSeconds: (online ? 0 : rolloutSeconds) + ENDING_SECONDS,
  });
}
