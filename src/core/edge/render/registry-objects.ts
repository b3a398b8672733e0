import { REGISTRY_NAMESPACE } from '../../model/openshift.js';

/** The values of an edge registry's volume that can differ between sites. */
export interface RegistryVolume {
  /** Absolute mount point of the partition. */
  path: string;
  /** A Kubernetes quantity, e.g. `100Gi`. */
  size: string;
  /** Role of the nodes with the disk (default: master). */
  role?: string;
}

export const NAMES = {
  storageClass: 'image-registry-sc',
  claim: 'image-registry-pvc',
  namespace: REGISTRY_NAMESPACE,
  volume: 'image-registry-pv-filesystem',
  path: '/var/imageregistry',
  size: '100Gi',
  role: 'master',
} as const;

export const WAVE_ANNOTATION = 'ran.openshift.io/ztp-deploy-wave';

/** Returns the annotation that puts an object into a wave. */
export function inWave(wave: string): object {
  return { annotations: { [WAVE_ANNOTATION]: wave } };
}

/** The waves of the published source files, so that rendered and published files can be mixed. */
const WAVES = { volume: inWave('2'), storageClass: inWave('10'), claim: inWave('10'), config: inWave('11') };

export interface RegistryObject {
  /** Name of the published source file. */
  fileName: string;
  /** Directory of the source file since 4.16. */
  directory: string;
  /** Short name for policies. */
  shortName: string;
  object: ClusterObject;
}

interface ClusterObject extends Record<string, unknown> {
  kind: string;
  metadata: Record<string, unknown>;
}

/** Makes StorageClass, claim, volume and registry Config for a local disk, in the order in which they are applied. */
export function registryObjects(volume: RegistryVolume): RegistryObject[] {
  const storage = 'storage-lso';
  const registry = 'image-registry';
  return [
    { fileName: 'StorageClass.yaml', directory: storage, shortName: 'sc', object: STORAGE_CLASS },
    { fileName: 'StoragePVC.yaml', directory: storage, shortName: 'pvc', object: claim(volume) },
    { fileName: 'ImageRegistryPV.yaml', directory: registry, shortName: 'pv', object: persistentVolume(volume) },
    { fileName: 'ImageRegistryConfig.yaml', directory: registry, shortName: 'config', object: CONFIG },
  ];
}

const STORAGE_CLASS = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: NAMES.storageClass, ...WAVES.storageClass },
  provisioner: 'kubernetes.io/no-provisioner',
  reclaimPolicy: 'Delete',
};

const CONFIG = {
  apiVersion: 'imageregistry.operator.openshift.io/v1',
  kind: 'Config',
  metadata: { name: 'cluster', ...WAVES.config },
  spec: { storage: { pvc: { claim: NAMES.claim } } },
};

function claim({ size }: RegistryVolume): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: NAMES.claim, namespace: NAMES.namespace, ...WAVES.claim },
    spec: {
      accessModes: ['ReadWriteMany'],
      resources: { requests: { storage: size } },
      storageClassName: NAMES.storageClass,
      volumeMode: 'Filesystem',
    },
  };
}

function persistentVolume({ path, size, role = NAMES.role }: RegistryVolume): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: NAMES.volume, ...WAVES.volume },
    spec: {
      capacity: { storage: size },
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteMany'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: NAMES.storageClass,
      local: { path },
      nodeAffinity: nodesWithRole(role),
    },
  };
}

/** Selects the nodes with the disk, where the registry runs. */
export function nodesWithRole(role: string): object {
  const matchExpressions = [{ key: `node-role.kubernetes.io/${role}`, operator: 'In', values: [''] }];
  return { required: { nodeSelectorTerms: [{ matchExpressions }] } };
}
