import { RegadmError, refusal } from '../model/errors.js';

const IN_POD = "run the registry's own pruner in its pod instead, from here: regadm prune hard --confirm";

/** Creates the error for a storage that a Job cannot prune. */
export function notPossible(reason: string, ...suggestions: string[]): RegadmError {
  return new RegadmError(`the hard prune cannot run as a Job: ${reason}`, { code: 'JOB_NOT_POSSIBLE', suggestions });
}

/** Creates the error for a storage that only the registry's own program can prune. */
export function onlyInPod(reason: string): RegadmError {
  return notPossible(reason, IN_POD);
}

/** Creates the error for a storage that ends with the registry's pods. @param kind where the images are */
export function endsWithPods(kind: string): RegadmError {
  return refusal(
    'EPHEMERAL_STORAGE',
    `the hard prune cannot run as a Job: the pods of the registry keep the images in ${kind}, which no other pod can use`,
    [
      `${IN_POD}; it switches the mode, which deletes all images, only with --accept-data-loss`,
      'or set a persistent storage (spec.storage of configs.imageregistry.operator.openshift.io/cluster)',
    ],
  );
}
