import { OWN_CRON_JOB, REGISTRY_NAMESPACE } from '../model/openshift.js';

export const OPERATOR_CRON_JOB = 'image-pruner';
/** Where the image is when one was built in the cluster (docs/schedule.md). */
export const DEFAULT_IMAGE = `image-registry.${REGISTRY_NAMESPACE}.svc:5000/${REGISTRY_NAMESPACE}/regadm:latest`;

const ARGS = [
  'prune',
  'images',
  '--certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt',
  '--keep-tag-revisions=5',
  '--keep-younger-than=96h',
  '--confirm=true',
];

/**
 * A List with everything that prunes every night with regadm: service account, its permission, CronJob.
 * @param image an image in which `regadm` is on the path
 */
export function cronJobList(image: string): object {
  return { apiVersion: 'v1', kind: 'List', items: [serviceAccount(), roleBinding(), cronJob(image)] };
}

function serviceAccount(): object {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: OWN_CRON_JOB, namespace: REGISTRY_NAMESPACE } };
}

function roleBinding(): object {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: OWN_CRON_JOB },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:image-pruner' },
    subjects: [{ kind: 'ServiceAccount', name: OWN_CRON_JOB, namespace: REGISTRY_NAMESPACE }],
  };
}

function cronJob(image: string): object {
  const container = {
    name: OWN_CRON_JOB,
    image,
    command: ['regadm'],
    args: ARGS,
    resources: { requests: { cpu: '1', memory: '1Gi' } },
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
  const podSpec = { serviceAccountName: OWN_CRON_JOB, restartPolicy: 'OnFailure', containers: [container] };
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: OWN_CRON_JOB, namespace: REGISTRY_NAMESPACE },
    spec: {
      schedule: '0 0 * * *',
      concurrencyPolicy: 'Forbid',
      successfulJobsHistoryLimit: 1,
      failedJobsHistoryLimit: 3,
      jobTemplate: { spec: { template: { spec: podSpec } } },
    },
  };
}

/** @throws nothing; why a text cannot name an image, or undefined */
export function imageProblem(text: string): string | undefined {
  const valid =
    /^[a-zA-Z0-9][a-zA-Z0-9.:_/-]*(@sha256:[0-9a-f]{64})?$/.test(text) && !text.endsWith('/') && !text.endsWith(':');
  return valid ? undefined : `must name an image such as quay.io/org/regadm:1.0, not "${text}"`;
}
