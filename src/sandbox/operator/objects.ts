import { NAMESPACE, REGISTRY_IMAGE, REGISTRY_LABELS } from './deployment.js';
import type { KubeObject } from '../../core/model/kube.js';

const meta = (name: string): KubeObject['metadata'] => ({ name, namespace: NAMESPACE });

/** What else the operator makes, by resource. */
export function operatorObjects(host: string): Record<string, KubeObject[]> {
  return {
    serviceaccounts: [
      { metadata: meta('registry') },
      { metadata: meta('pruner') },
      { metadata: meta('cluster-image-registry-operator') },
    ],
    services: [
      {
        metadata: { ...meta('image-registry'), labels: REGISTRY_LABELS },
        spec: {
          selector: REGISTRY_LABELS,
          ports: [{ name: '5000-tcp', port: 5000, protocol: 'TCP', targetPort: 5000 }],
        },
      },
    ],
    routes: [
      {
        metadata: meta('default-route'),
        spec: { host, to: { kind: 'Service', name: 'image-registry' }, tls: { termination: 'reencrypt' } },
        status: { ingress: [{ host, conditions: [{ type: 'Admitted', status: 'True' }] }] },
      },
    ],
    persistentvolumeclaims: [
      {
        metadata: meta('image-registry-storage'),
        spec: {
          accessModes: ['ReadWriteOnce'],
          resources: { requests: { storage: '100Gi' } },
          volumeName: 'image-registry-storage',
        },
        status: { phase: 'Bound' },
      },
    ],
    persistentvolumes: [
      {
        metadata: { name: 'image-registry-storage' },
        spec: {
          capacity: { storage: '100Gi' },
          accessModes: ['ReadWriteOnce'],
          claimRef: { namespace: NAMESPACE, name: 'image-registry-storage' },
        },
        status: { phase: 'Bound' },
      },
    ],
    'images.config.openshift.io': [
      {
        metadata: { name: 'cluster' },
        spec: {},
        status: {
          internalRegistryHostname: 'image-registry.openshift-image-registry.svc:5000',
          externalRegistryHostnames: [host],
        },
      },
    ],
    clusteroperators: [
      {
        metadata: { name: 'image-registry' },
        spec: {},
        status: { versions: [{ name: 'operator', version: '4.13.0' }] },
      },
    ],
    nodes: [
      {
        metadata: {
          name: 'worker-0',
          labels: { 'node-role.kubernetes.io/worker': '', 'kubernetes.io/hostname': 'worker-0' },
        },
        spec: {},
        status: {
          conditions: [{ type: 'Ready', status: 'True' }],
          images: [{ names: [REGISTRY_IMAGE], sizeBytes: 450_000_000 }],
        },
      },
    ],
    imagepruners: [imagePruner()],
    cronjobs: [prunerCronJob()],
  };
}

function imagePruner(): KubeObject {
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

function prunerCronJob(): KubeObject {
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
    metadata: { ...meta('image-pruner'), generation: 1 },
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
