import { NAMES, WAVE_ANNOTATION } from '../../render/registry-objects.js';

/**
 * Contents of the published source files that a policy for the registry applies, reduced to the fields that rules read.
 * @see https://github.com/openshift-kni/telco-reference telco-ran/configuration/source-crs
 */
const CONTENTS: Record<string, object> = {
  'StorageClass.yaml': {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'example-storage-class', annotations: { [WAVE_ANNOTATION]: '10' } },
    provisioner: 'kubernetes.io/no-provisioner',
    reclaimPolicy: 'Delete',
  },
  'StoragePVC.yaml': {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'pvc-storage', namespace: 'default', annotations: { [WAVE_ANNOTATION]: '10' } },
    spec: {},
  },
  'ImageRegistryPV.yaml': {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: NAMES.volume, annotations: { [WAVE_ANNOTATION]: '2' } },
    spec: {
      capacity: { storage: '100Gi' },
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: NAMES.storageClass,
      local: { path: '/var/imageregistry/' },
    },
  },
  'ImageRegistryConfig.yaml': {
    apiVersion: 'imageregistry.operator.openshift.io/v1',
    kind: 'Config',
    metadata: { name: 'cluster', annotations: { [WAVE_ANNOTATION]: '11' } },
    spec: { managementState: 'Managed', storage: {}, rolloutStrategy: 'Recreate', replicas: 1 },
  },
};

/** Returns the contents of a published source file that rules read; undefined for all others. */
export function publishedContents(baseName: string): object | undefined {
  return Object.hasOwn(CONTENTS, baseName) ? CONTENTS[baseName] : undefined;
}
