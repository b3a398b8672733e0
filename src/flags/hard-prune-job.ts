import { Flags } from '@oclif/core';
import { JOB_DEFAULTS as DEFAULT } from '../core/storage-job/request.js';
import { STORAGE_JOB, storageJobFlags } from './storage-job.js';

/** The flags of `regadm prune hard --print-job`. */
export const hardPruneJobFlags = {
  'print-job': Flags.boolean({
    helpGroup: STORAGE_JOB.helpGroup,
    exclusive: ['recover'],
    description:
      "print a List with a Job that runs this hard prune in the cluster with --confirm, and all objects that it needs, for `oc create -f -`; without --storage, it prunes the registry's own volume or object storage",
  }),
  ...storageJobFlags(DEFAULT, ', and with REGADM_REDIS_URL'),
};
