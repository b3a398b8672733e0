import { RegadmError, refusal } from '../model/errors.js';
import type { JobKind } from './request.js';

/** Creates the error for a storage that a Job cannot use. */
export function notPossible({ run }: JobKind, reason: string, ...suggestions: string[]): RegadmError {
  return new RegadmError(`${run} cannot run as a Job: ${reason}`, { code: 'JOB_NOT_POSSIBLE', suggestions });
}

/** Creates the error for a storage that ends with the registry's pods. @param kind where the images are */
export function endsWithPods(kind: string, job: JobKind): RegadmError {
  const reason = `the pods of the registry keep the images in ${kind}, which no other pod can use`;
  if (job.onlyReads) return notPossible(job, reason, job.instead);
  return refusal('EPHEMERAL_STORAGE', `${job.run} cannot run as a Job: ${reason}`, [
    `${job.instead}; it switches the mode, which deletes all images, only with --accept-data-loss`,
    'or set a persistent storage (spec.storage of configs.imageregistry.operator.openshift.io/cluster)',
  ]);
}
