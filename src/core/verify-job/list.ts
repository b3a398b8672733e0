import { inRegistryNamespace } from '../in-cluster/labels.js';
import { networkPolicy } from '../in-cluster/network-policy.js';
import { cronJobOf, jobSpec } from '../in-cluster/runs.js';
import type { KubeObject } from '../model/kube.js';
import { authorities, type Authorities } from '../storage-job/authorities.js';
import type { Place, Variable } from '../storage-job/place.js';
import { storageJobPod } from '../storage-job/pod.js';
import { verifyAccess } from './access.js';
import type { VerifyJobRequest } from './request.js';

/** Time to end after SIGTERM, in s: a pod changes nothing that must be restored. */
const ENDING_SECONDS = 30;

/** Returns the objects that verify the registry in the cluster, in an order in which they can be created. */
export function verifyJobObjects(request: VerifyJobRequest, place: Place): KubeObject[] {
  const { runs, activeDeadlineSeconds, parallelism } = request;
  const { app } = request.job;
  const trust = authorities(request, place.access.via === 'store');
  const pod = jobPod(request, place, trust);
  const job = runs
    ? cronJobOf(app, { ...runs, activeDeadlineSeconds }, pod, parallelism)
    : {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata: inRegistryNamespace(app),
        spec: jobSpec(app, activeDeadlineSeconds, pod, parallelism),
      };
  return [
    ...verifyAccess(request, place),
    ...trust.objects,
    networkPolicy(app, 'verify the registry'),
    job,
  ] as KubeObject[];
}

/** The Job that a pod belongs to, from labels that every version of Kubernetes sets. */
const OWNER: Variable[] = [
  { name: 'JOB_NAME', valueFrom: { fieldRef: { fieldPath: "metadata.labels['job-name']" } } },
  { name: 'JOB_UID', valueFrom: { fieldRef: { fieldPath: "metadata.labels['controller-uid']" } } },
];

function jobPod(request: VerifyJobRequest, place: Place, trust: Authorities): ReturnType<typeof storageJobPod> {
  const { args, parallelism } = request;
  const own = [`--read-data-subset=job/${parallelism}`, '--store-result'];
  return storageJobPod(request, place, trust, {
    args: (storage) => ['registry', 'verify', `--storage=${storage}`, ...own, ...args, ...trust.args],
    env: OWNER,
    terminationGracePeriodSeconds: ENDING_SECONDS,
  });
}
