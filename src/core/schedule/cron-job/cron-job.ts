import { withoutEmpty } from '../../in-cluster/placement.js';
import { REQUIRED_SCC, SECURITY_CONTEXT, type PodSettings } from '../../in-cluster/pod.js';
import { cronJobOf } from '../../in-cluster/runs.js';
import { OWN_CRON_JOB } from '../../model/openshift.js';
import { DEFER_VARIABLE, REPORT_VARIABLE, STATUS_VOLUME, deferral } from './deferral.js';
import type { CronJobRequest } from './request.js';
import { pruneSteps, type Step } from './steps.js';

/** Returns the CronJob. */
export function cronJob(request: CronJobRequest): object {
  return cronJobOf(OWN_CRON_JOB, request.job, { annotations: REQUIRED_SCC, spec: podSpec(request) });
}

/**
 * Returns the pod. With several prunes, init containers run them one after the other, the last one in the container. A
 * failure does not keep the next prune from running: docs/decisions/0022-run-the-next-prune-after-a-failed-one.md.
 */
function podSpec({ image, pod, prune }: CronJobRequest): object {
  const steps = pruneSteps(prune);
  const last = steps.pop()!;
  const common = { image, pod };
  const isSeveral = steps.length > 0;
  const before = steps.map((step) => ({
    ...container(`prune-${step.prune}`, step, common),
    ...deferral(DEFER_VARIABLE),
  }));
  return {
    serviceAccountName: OWN_CRON_JOB,
    restartPolicy: 'Never',
    priorityClassName: pod.priorityClass,
    ...withoutEmpty(pod.placement),
    ...(isSeveral ? { initContainers: before } : {}),
    containers: [{ ...container(OWN_CRON_JOB, last, common), ...(isSeveral ? deferral(REPORT_VARIABLE) : {}) }],
    ...(isSeveral ? { volumes: [STATUS_VOLUME] } : {}),
  };
}

function container(name: string, { args }: Step, { image, pod }: { image: string; pod: PodSettings }): object {
  return {
    name,
    image,
    command: ['regadm'],
    args,
    resources: pod.resources,
    securityContext: SECURITY_CONTEXT,
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
}
