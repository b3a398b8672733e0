import { networkPolicy } from '../../in-cluster/network-policy.js';
import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import { accessObjects } from './access.js';
import { alertRule } from './alert.js';
import type { UsingKind } from './cluster-settings.js';
import { cronJob } from './cron-job.js';
import type { CronJobRequest } from './request.js';

/** The image that a build in the cluster creates (docs/schedule.md). */
export const DEFAULT_IMAGE = `image-registry.${REGISTRY_NAMESPACE}.svc:5000/${REGISTRY_NAMESPACE}/regadm:latest`;

/**
 * Returns a List with the objects that let regadm prune on a schedule, in an order in which they can be created: what
 * the pods need first.
 * @param kinds kinds that the service account gets the permission to list, because only they can use an image
 */
export function cronJobList(request: CronJobRequest, kinds: readonly UsingKind[]): object {
  const { alertSeverity, job } = request;
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      ...accessObjects(request.prune, kinds),
      networkPolicy(OWN_CRON_JOB),
      cronJob(request),
      ...(alertSeverity === undefined ? [] : [alertRule(job.schedule, alertSeverity)]),
    ],
  };
}
