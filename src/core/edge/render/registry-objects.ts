import { REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** The values of an edge registry's volume that can differ between sites. */
export interface RegistryVolume {
  /** Absolute mount point of the partition. */
  path: string;
  /** A Kubernetes quantity, e.g. `100Gi`. */
  size: string;
}

export const NAMES = {
  storageClass: 'image-registry-sc',
  claim: 'image-registry-pvc',
  namespace: REGISTRY_NAMESPACE,
  volume: 'image-registry-pv-filesystem',
  path: '/var/imageregistry',
  size: '100Gi',
  wave: '100',
} as const;

export const WAVE_ANNOTATION = 'ran.openshift.io/ztp-deploy-wave';

const wave = { annotations: { [WAVE_ANNOTATION]: NAMES.wave } };

/** Selects the node with the disk, where the registry runs. */
const masterNodes = {
  required: {
    nodeSelectorTerms: [
      { matchExpressions: [{ key: 'node-role.kubernetes.io/master', operator: 'In', values: [''] }] },
    ],
  },
};

export interface RegistryObject {
  /** Name of the file in the site generator. */
  fileName: string;
  policyName: string;
  object: Record<string, unknown> & { metadata: Record<string, unknown> };
}

/** Makes StorageClass, claim, volume and registry Config for a local disk, in the order in which they are applied. */
export function registryObjects(volume: RegistryVolume): RegistryObject[] {
  return [
    { fileName: 'StorageClass.yaml', policyName: 'sc-for-image-registry', object: STORAGE_CLASS },
    { fileName: 'StoragePVC.yaml', policyName: 'pvc-for-image-registry', object: claim(volume) },
    { fileName: 'ImageRegistryPV.yaml', policyName: 'pv-for-image-registry', object: persistentVolume(volume) },
    { fileName: 'ImageRegistryConfig.yaml', policyName: 'config-for-image-registry', object: CONFIG },
  ];
}

const STORAGE_CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: NAMES.storageClass, ...wave },
  provisioner: 'kubernetes.io/no-provisioner',
  reclaimPolicy: 'Delete',
};

const CONFIG = {
  apiVersion: 'imageregistry.operator.openshift.io/v1',
  kind: 'Config',
  metadata: { name: 'cluster', ...wave },
  spec: { storage: { pvc: { claim: NAMES.claim } } },
};

function claim({ size }: RegistryVolume): RegistryObject['object'] {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: NAMES.claim, namespace: NAMES.namespace, ...wave },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: size } },
      storageClassName: NAMES.storageClass,
      volumeMode: 'Filesystem',
    },
  };
}

function persistentVolume({ path, size }: RegistryVolume): RegistryObject['object'] {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: NAMES.volume, ...wave },
    spec: {
      capacity: { storage: size },
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: NAMES.storageClass,
      local: { path },
      nodeAffinity: masterNodes,
    },
  };
}
