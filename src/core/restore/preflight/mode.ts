import { randomBytes } from 'node:crypto';
import { sha256Digest } from '../../model/digest.js';
import type { Registry } from '../../registry/api.js';
import type { RestorePlan } from '../plan/plan.js';

/**
 * Asks the registry to mount a blob that does not exist, which shows whether it accepts pushes. Nothing is stored.
 * @throws RegistryError, REGISTRY_READ_ONLY if it is in read-only mode
 */
export async function assertAcceptsPushes(
  registry: Pick<Registry, 'mountBlob'>,
  { images }: RestorePlan,
  signal: AbortSignal,
): Promise<void> {
  const target = images
    .filter(({ obstacle }) => !obstacle)
    .flatMap(({ targets }) => targets)
    .find(({ manifest, blobs }) => manifest || blobs.length > 0);
  if (!target) return;
  const digest = sha256Digest(randomBytes(32).toString('hex'));
  await registry.mountBlob(target.repository, digest, target.repository, { signal });
}
