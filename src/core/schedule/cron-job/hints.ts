import { EXTRA_ROLE } from './access.js';
import { DEFAULT_IMAGE } from './list.js';
import type { CronJobRequest } from './request.js';
import { pruneSteps } from './steps.js';

const SUSPEND = 'regadm prune schedule --set suspend=true';

/** Returns what a user who creates the List must know. */
export function hintsFor({ image, prune }: CronJobRequest): string[] {
  const steps = pruneSteps(prune).map((step) => `prune ${step.prune}`);
  return [
    ...(image === DEFAULT_IMAGE
      ? [`warning: without --image the CronJob runs ${DEFAULT_IMAGE}; push it there first`]
      : []),
    ...(prune.keepTagRevisions === 0
      ? ['warning: --keep-tag-revisions=0 removes every tag that nothing protects, in all namespaces']
      : []),
    ...(steps.length > 1
      ? [`each run does ${steps.join(', then ')}; to do that, it has the permissions of cluster role ${EXTRA_ROLE}`]
      : []),
    `suspend the cluster's own pruning, so that the two do not run at the same time: ${SUSPEND}`,
  ];
}
