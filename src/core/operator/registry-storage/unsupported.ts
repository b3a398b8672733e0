import { ADVICE } from '../../model/advice.js';
import { RegadmError } from '../../model/errors.js';
import type { StatedStorage } from './stated.js';

/** Names of kinds of storage for messages. */
const NAMES: Record<string, string> = {
  gcs: 'Google Cloud Storage',
  oss: 'Alibaba Cloud OSS',
  emptyDir: 'an emptyDir volume of its pods',
  hostPath: 'a directory of the node',
  inmemory: 'the memory of its pods',
  container: 'the file system of its container',
};

/** What to do about volumes that users can reach, or not. */
const REMEDIES: Record<string, readonly string[]> = {
  pvc: [ADVICE.pruneMountedClaim, ADVICE.mountVolume, ADVICE.pruneInPodInstead],
  hostPath: [ADVICE.directoryOfNode],
};

/** Creates the error for a storage that regadm cannot open with the settings of the registry. */
export function unsupported({ kind, place }: Pick<StatedStorage, 'kind' | 'place'>): RegadmError {
  const where = kind === 'pvc' ? `a volume${place === undefined ? '' : `, claim ${place}`}` : (NAMES[kind] ?? kind);
  const why = kind === 'pvc' ? 'which must be mounted' : 'which regadm cannot reach from outside';
  return new RegadmError(`the registry keeps its images in ${where}, ${why}`, {
    code: 'STORAGE_UNSUPPORTED',
    suggestions: [...(REMEDIES[kind] ?? [ADVICE.pruneInPod])],
  });
}
