import type { KubeObject } from '../../core/model/kube.js';
import { REGISTRY_NAMESPACE } from '../names.js';
import { REGISTRY_IMAGE } from './deployment.js';

/** Makes the ImagePruner `cluster`, with the defaults of OpenShift. */
export function imagePruner(): KubeObject {
  return {
    metadata: { name: 'cluster', generation: 1 },
    spec: {
      schedule: '',
      suspend: false,
      keepTagRevisions: 3,
      keepYoungerThanDuration: '60m',
      resources: { requests: { cpu: '100m', memory: '256Mi' } },
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      ignoreInvalidImageReferences: true,
      logLevel: 'Normal',
    },
    status: {
      observedGeneration: 1,
      conditions: [
        { type: 'Available', status: 'True', reason: 'AsExpected', message: 'Pruner CronJob has been created' },
        { type: 'Failed', status: 'False', reason: 'Complete', message: 'Pruner completed successfully' },
        { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: 'Pruner scheduled' },
      ],
    },
  };
}

/** Makes the CronJob that the operator creates for the ImagePruner. */
export function prunerCronJob(): KubeObject {
  const labels = { 'created-by': 'image-pruner' };
  const container = {
    name: 'image-pruner',
    image: REGISTRY_IMAGE,
    command: ['/bin/sh', '-c'],
    args: [
      'oc adm prune images --confirm=true --keep-tag-revisions=3 --keep-younger-than=60m --ignore-invalid-refs=true --loglevel=1',
    ],
    resources: { requests: { cpu: '100m', memory: '256Mi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
  return {
    metadata: { name: 'image-pruner', namespace: REGISTRY_NAMESPACE, generation: 1 },
    spec: {
      schedule: '0 0 * * *',
      suspend: false,
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 3,
      jobTemplate: {
        metadata: { labels },
        spec: {
          backoffLimit: 0,
          template: {
            metadata: { labels: { app: 'image-pruner', ...labels } },
            spec: { serviceAccountName: 'pruner', restartPolicy: 'Never', containers: [container] },
          },
        },
      },
    },
    status: {},
  };
}
