import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../../model/openshift.js';
import type { CronJob } from './manifest.js';
import { shellWord } from '../../kit/shell-word.js';

/**
 * Returns the command that changes a CronJob by a strategic merge patch: entries of lists are found by their name. The
 * patch has spaces, where it can be wrapped without harm.
 */
export function patchCronJob(name: string, patch: object): string {
  const text = JSON.stringify(patch, null, 1).replace(/\n\s*/g, ' ');
  return `oc -n ${REGISTRY_NAMESPACE} patch cronjob ${name} -p ${shellWord(text)}`;
}

/** Returns the command that changes the pods of a CronJob. */
export function patchPods(name: string, template: object): string {
  return patchCronJob(name, { spec: { jobTemplate: { spec: { template } } } });
}

/** True if regadm printed the CronJob; false if the operator created it, which undoes changes to it. */
export function isOwn({ metadata }: CronJob): boolean {
  return metadata.name === OWN_CRON_JOB;
}
