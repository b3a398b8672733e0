import { OWN_CRON_JOB, PRUNER_ROLE, REGISTRY_NAMESPACE } from '../model/openshift.js';

/** The image that a build in the cluster creates (docs/schedule.md). */
export const DEFAULT_IMAGE = `image-registry.${REGISTRY_NAMESPACE}.svc:5000/${REGISTRY_NAMESPACE}/regadm:latest`;

/**
 * Arguments of the nightly run. With `--ignore-invalid-refs`, an invalid reference keeps what it may mean, so that the
 * objects of one project cannot end every run.
 */
const ARGS = [
  'prune',
  'images',
  '--certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/service-ca.crt',
  '--keep-tag-revisions=5',
  '--keep-younger-than=96h',
  '--ignore-invalid-refs=true',
  '--confirm=true',
];

/**
 * What the restricted SCC of OpenShift wants, and nothing to write: regadm needs no file system.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
const SECURITY_CONTEXT = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

/**
 * Returns a List with the objects that let regadm prune every night: service account, its cluster role, CronJob.
 * @param image an image that has `regadm` in its PATH
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
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: PRUNER_ROLE },
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
    securityContext: SECURITY_CONTEXT,
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
