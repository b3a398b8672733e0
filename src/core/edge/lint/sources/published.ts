import { posix } from 'node:path';
import { NAMES, WAVE_ANNOTATION, nodesWithRole } from '../../render/registry-objects.js';
import { PUBLISHED_NAMES } from './published-names.js';

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
  // For the volumes of applications. Policies can also use it for the registry's.
  'StoragePV.yaml': {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'pv-filesystem', annotations: { [WAVE_ANNOTATION]: '10' } },
    spec: {
      capacity: { storage: '10Mi' },
      volumeMode: 'Filesystem',
      accessModes: ['ReadWriteOnce'],
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'example-storage-class',
      local: { path: '/mnt/local-storage' },
    },
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
      nodeAffinity: nodesWithRole(NAMES.role),
    },
  },
  'ImageRegistryConfig.yaml': {
    apiVersion: 'imageregistry.operator.openshift.io/v1',
    kind: 'Config',
    metadata: { name: 'cluster', annotations: { [WAVE_ANNOTATION]: '11' } },
    spec: { managementState: 'Managed', storage: {}, rolloutStrategy: 'Recreate', replicas: 1 },
  },
};

const NAMES_OF = new Map(Object.entries(PUBLISHED_NAMES).map(([directory, names]) => [directory, names.split(/\s+/)]));
const ALL_NAMES = new Set([...NAMES_OF.values()].flat());

/** True if a policy names a published source file: by its path below `source-crs`, or by its name alone. */
export function isPublished(name: string): boolean {
  const { directory, file } = belowSources(name);
  const [, stem] = /^(.+)\.yaml$/.exec(file) ?? [];
  if (stem === undefined) return false;
  return directory === '' ? ALL_NAMES.has(stem) : (NAMES_OF.get(directory)?.includes(stem) ?? false);
}

/** Returns the contents of a published source file that rules read; undefined for all others. */
export function publishedContents(name: string): object | undefined {
  const { file } = belowSources(name);
  return isPublished(name) && Object.hasOwn(CONTENTS, file) ? CONTENTS[file] : undefined;
}

/** Splits a path below the last directory of source files. */
function belowSources(name: string): { directory: string; file: string } {
  const path = posix.normalize(name).split('/');
  const below = path.slice(path.findLastIndex((part, index) => part.endsWith('-crs') && index < path.length - 1) + 1);
  return { directory: below.slice(0, -1).join('/'), file: below.at(-1)! };
}
