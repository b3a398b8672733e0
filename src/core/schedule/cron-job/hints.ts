import { EXTRA_ROLE } from './access.js';
import { DEFAULT_IMAGE } from './list.js';
import type { CronJobRequest, PruneSettings } from './request.js';
import { pruneSteps, replacements, type Replacement } from './steps.js';

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
    ...replacements(prune).map(replacementHint),
    ...fileHints(prune),
    ...(steps.length > 1
      ? [`each run does ${steps.join(', then ')}; to do that, it has the permissions of cluster role ${EXTRA_ROLE}`]
      : []),
    `suspend the cluster's own pruning, so that the two do not run at the same time: ${SUSPEND}`,
  ];
}

function replacementHint({ prune, own, by }: Replacement): string {
  return by === '--no-confirm'
    ? `warning: with --${prune}-arg=no-confirm, prune ${prune} is only a dry run and deletes nothing`
    : `prune ${prune} runs with ${by} instead of ${own}`;
}

/** Further arguments that name a file which is not in every pod. */
const FILE_IN_IMAGE =
  /^--(?:protect|policy|referrers-file|pulls|certificate-authority)=(?!\/(?:var\/)?run\/secrets\/kubernetes\.io\/)(.*)$/s;

function fileHints({ extra }: PruneSettings): string[] {
  return (extra.images ?? []).flatMap((arg) => {
    const file = FILE_IN_IMAGE.exec(arg)?.[1];
    return file === undefined ? [] : [`warning: no run succeeds unless the image contains ${file} (${arg})`];
  });
}
