import type { FieldPath } from '../model.js';
import { WAVE_ANNOTATION } from '../render/registry-objects.js';

/** The fields of objects that rules compare. */
export const FIELDS = {
  name: ['metadata', 'name'],
  namespace: ['metadata', 'namespace'],
  wave: ['metadata', 'annotations', WAVE_ANNOTATION],
  provisioner: ['provisioner'],
  class: ['spec', 'storageClassName'],
  /** The class before `spec.storageClassName` existed. */
  olderClass: ['metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class'],
  modes: ['spec', 'accessModes'],
  volumeMode: ['spec', 'volumeMode'],
  request: ['spec', 'resources', 'requests', 'storage'],
  capacity: ['spec', 'capacity', 'storage'],
  localPath: ['spec', 'local', 'path'],
  claim: ['spec', 'storage', 'pvc', 'claim'],
} as const satisfies Record<string, FieldPath>;
