import { inRegistryNamespace } from '../in-cluster/labels.js';
import { networkPolicy } from '../in-cluster/network-policy.js';
import { cronJobOf, jobSpec } from '../in-cluster/runs.js';
import type { KubeObject } from '../model/kube.js';
import { accessObjects } from './access.js';
import { authorities } from './authorities.js';
import type { Place } from './place.js';
import { jobPod } from './pod.js';
import { APP, type HardPruneJobRequest } from './request.js';

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
  return [...accessObjects(request, place), ...trust.objects, networkPolicy(APP), job] as KubeObject[];
}
