import { hostIn } from '../../model/image-stream.js';
import { compareText } from '../../model/values/compare-text.js';
import type { Storage } from '../../storage/storage.js';
import type { ClusterPorts } from '../../verification/gather/read-cluster.js';
import type { Verified } from '../../verification/verify-images.js';
import { examineLost } from './examine.js';
import { findLost } from './find-lost.js';
import { assertMayRecover } from './permissions.js';
import { planRecovery, recoverImages } from './recover.js';
import type { Recovery } from './types.js';

/**
 * Finds manifests in the storage that no Image object names, as after a restore of etcd from an older backup, and
 * recovers them, or states what a recovery would do.
 * @throws RegadmError FORBIDDEN before anything is changed, or why something cannot be read
 */
export async function recoverLost(
  ports: ClusterPorts,
  verified: Verified,
  { storage, how }: { storage: Storage; how: 'plan' | 'write' },
): Promise<Recovery[]> {
  const lost = await examineLost(storage, await findLost(ports, verified, storage), ports.signal);
  lost.sort((one, other) => compareText(one.repository, other.repository) || compareText(one.digest, other.digest));
  if (how === 'plan') return planRecovery(lost);
  await assertMayRecover(ports, lost);
  const { streams } = verified.listed.snapshot;
  const host = streams
    .map(({ repository, namesRepository }) => (namesRepository ? '' : hostIn(repository)))
    .find(Boolean);
  return recoverImages(ports, lost, { storage, host });
}
