import { Flags } from '@oclif/core';
import { REGISTRY_NAMESPACE } from '../core/model/openshift.js';
import { VERIFY_JOB_DEFAULTS as DEFAULT } from '../core/verify-job/request.js';
import { STORAGE_JOB, storageJobFlags } from './storage-job.js';

/** The flags of `regadm registry verify` that distribute the reading of data to several pods. */
export const verifyJobFlags = {
  'print-job': Flags.boolean({
    helpGroup: STORAGE_JOB.helpGroup,
    exclusive: ['merge', 'store-result'],
    description:
      "print a List with a Job that reads all data in the cluster, and all objects that it needs, for `oc create -f -`; without --storage, it reads the registry's own volume or object storage",
  }),
  parallelism: Flags.string({
    ...STORAGE_JOB,
    helpValue: 'N',
    description: `number of pods that run at the same time, each for one shard of the blobs (default: ${DEFAULT.parallelism})`,
  }),
  ...storageJobFlags(DEFAULT),
  merge: Flags.string({
    exclusive: ['storage', 'read-data', 'read-data-subset', 'store-result'],
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'DOCUMENT',
    description:
      'merge the documents of all shards into one: files that -o json wrote, or job/NAME for the documents that the pods of a Job stored; further arguments are further files',
  }),
  'store-result': Flags.boolean({
    dependsOn: ['storage', 'read-data-subset'],
    description: `store the document in a ConfigMap in ${REGISTRY_NAMESPACE} for --merge job/NAME, and exit with status 0 whatever it states; only in a pod of a Job that --print-job printed`,
  }),
};
