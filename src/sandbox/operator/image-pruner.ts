import type { KubeObject } from '../../core/model/kube.js';
import { REGISTRY_NAMESPACE } from '../names.js';
import type { Store } from '../api/store.js';
import { REGISTRY_IMAGE } from './deployment.js';

const CRON_JOB = 'image-pruner';
/** Schedule of the CronJob if the ImagePruner has none. */
const DEFAULT_SCHEDULE = '0 0 * * *';

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
    metadata: { name: CRON_JOB, namespace: REGISTRY_NAMESPACE, generation: 1 },
    spec: {
      schedule: DEFAULT_SCHEDULE,
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

/** Updates the schedule of the operator's CronJob, and whether it is suspended, to match the ImagePruner. */
export function updatePrunerCronJob(store: Store, { spec = {} }: KubeObject): void {
  const cronJob = store.get('cronjobs', REGISTRY_NAMESPACE, CRON_JOB);
  if (!cronJob) return;
  const suspend = spec.suspend === true;
  const schedule = typeof spec.schedule === 'string' && spec.schedule !== '' ? spec.schedule : DEFAULT_SCHEDULE;
  if (cronJob.spec?.suspend === suspend && cronJob.spec.schedule === schedule) return;
  const metadata = { ...cronJob.metadata, generation: (cronJob.metadata.generation ?? 0) + 1 };
  store.put('cronjobs', { ...cronJob, metadata, spec: { ...cronJob.spec, suspend, schedule } });
}
