import { isObjectName } from '../core/model/names/object-name.js';
import { usageError } from '../core/model/errors.js';
import type { OwningJob } from '../core/verify/stored/store.js';

/**
 * Returns the Job of this pod, for `--store-result`.
 * @param subset value of `--read-data-subset`
 * @param env JOB_NAME and JOB_UID, which a printed Job sets
 * @throws RegadmError (USAGE) if it is not one
 */
export function jobOfPod(subset: string | undefined, env: NodeJS.ProcessEnv): OwningJob {
  const { JOB_NAME: name = '', JOB_UID: uid = '' } = env;
  if (!subset?.startsWith('job/')) throw usageError('--store-result needs --read-data-subset job/N');
  if (isObjectName(name) && /^[\w-]+$/.test(uid)) return { name, uid };
  throw usageError('--store-result works only in a pod of a Job: JOB_NAME and JOB_UID do not name one', [
    'print the Job with --print-job; elsewhere, keep the document with -o json > FILE',
  ]);
}
