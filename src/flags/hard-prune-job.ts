import { Flags } from '@oclif/core';
import { JOB_DEFAULTS as DEFAULT } from '../core/hard-prune-job/request.js';
import { REGISTRY_NAMESPACE } from '../core/model/openshift.js';
import { podFlags, runFlags } from './printed-job.js';

const JOB = { dependsOn: ['print-job'], helpGroup: 'PRINT A JOB' };
const LIKE_REGISTRY = "(default: that of the registry's Deployment, if it can be read)";

/** The flags of `regadm prune hard --print-job`. */
export const hardPruneJobFlags = {
  'print-job': Flags.boolean({
    helpGroup: JOB.helpGroup,
    exclusive: ['recover'],
    description:
      "print a List with a Job that runs this hard prune in the cluster with --confirm, and all objects that it needs, for `oc create -f -`; without --storage, it prunes the registry's own volume or object storage",
  }),
  image: Flags.string({
    ...JOB,
    helpValue: 'IMAGE',
    description: 'image that contains regadm, preferably with its digest; --print-job needs it',
  }),
  schedule: Flags.string({
    ...JOB,
    helpValue: 'CRON',
    description:
      'print a CronJob whose runs start then, in five fields (minute hour day month weekday) or as @weekly; without it, a Job',
  }),
  'credentials-secret': Flags.string({
    ...JOB,
    helpValue: 'NAME',
    description: `Secret in ${REGISTRY_NAMESPACE} with the credentials of an object storage that --storage names, as variables (AWS_ACCESS_KEY_ID, …), and with REGADM_REDIS_URL`,
  }),
  ...runFlags(JOB, DEFAULT),
  ...podFlags(JOB, { requests: DEFAULT.requests, placement: LIKE_REGISTRY }),
};
